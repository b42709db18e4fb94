using System.CommandLine;

namespace Kafkadog.Commands;

/// <summary><c>kafkadog broker</c>: what there is to look at in a broker that does not run.</summary>
internal static class BrokerVerbs
{
    public static Command Create() => new Verb(
        "broker",
        "Files and versions of the embedded broker; `run broker` starts one",
        "broker dump-log .kafkadog/broker/orders.v1-0 --print-records",
        "broker verify",
        "broker version --json")
    {
        BrokerDumpLog.Create(), BrokerVerify.Create(), BrokerVersion.Create(),
    };
}
