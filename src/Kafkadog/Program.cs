using Kafkadog;
using Kafkadog.Commands;

using var stop = new StopSignals();
return await CommandLine.RunAsync(args, stop.Token);
