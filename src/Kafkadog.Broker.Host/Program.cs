using Kafkadog;
using Kafkadog.Hosting;

using var stop = new StopSignals();
return await StandaloneBroker.RunAsync(args, stop.Token);
