using BenchmarkDotNet.Running;
using ImageShare.Core.Benchmarks.Bodies;
using ImageShare.Core.Benchmarks.Sip;
using ImageShare.Core.Benchmarks.Transfer;

// "sip" measures reading and writing messages against hand-written code in the same run,
// "bodies" does the same for session descriptions and multipart bodies,
// "transfer" measures throughput over loopback against baselines in the same run; anything else goes to BenchmarkDotNet.
if (args is ["transfer", .. string[] rest])
{
    return await TransferBenchmark.RunAsync(rest);
}

if (args is ["sip", .. string[] sip])
{
    return SipComparison.Run(sip);
}

if (args is ["bodies", .. string[] bodies])
{
    return BodyComparison.Run(bodies);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
