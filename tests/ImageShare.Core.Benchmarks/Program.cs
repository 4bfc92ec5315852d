using BenchmarkDotNet.Running;
using ImageShare.Core.Benchmarks.Transfer;

// "transfer" measures throughput over loopback against baselines in the same run; anything else goes to BenchmarkDotNet.
if (args is ["transfer", .. string[] rest])
{
    return await TransferBenchmark.RunAsync(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
