using BenchmarkDotNet.Running;
using ImageShare.Core.Benchmarks.Bodies;
using ImageShare.Core.Benchmarks.Sdp;
using ImageShare.Core.Benchmarks.Share;
using ImageShare.Core.Benchmarks.Sip;
using ImageShare.Core.Benchmarks.Soak;
using ImageShare.Core.Benchmarks.Transfer;

// "sip" measures reading and writing messages beside libosip2 and sofia-sip in the same run, "sdp" session descriptions and "bodies" multipart bodies likewise,
// "wrapped" measures taking multiparts apart while they come, "transfer" measures throughput over loopback against baselines in the same run, "idle" what idle sessions cost,
// "many" what many transfers at a time do, "throttled" what a chunk of them costs when each is held to a rate, "soak" whether many shares all complete, "share" what one small share costs beside plain sockets in the same run; anything else goes to BenchmarkDotNet.
switch (args)
{
    case ["transfer", .. string[] rest]:
        return await TransferBenchmark.RunAsync(rest);
    case ["transfer-receiver"]:
        return await ReceiverProcess.RunAsync();
    case ["idle", .. string[] rest]:
        return await IdleBenchmark.RunAsync(rest);
    case ["idle-peers"]:
        return await IdleBenchmark.RunPeersAsync();
    case ["many", .. string[] rest]:
        return await ManyBenchmark.RunAsync(rest);
    case ["throttled", .. string[] rest]:
        return await ThrottledBenchmark.RunAsync(rest);
    case ["soak", .. string[] rest]:
        return await SoakBenchmark.RunAsync(rest);
    case ["share", .. string[] rest]:
        return await ShareBenchmark.RunAsync(rest);
    case ["sip", .. string[] rest]:
        return SipComparison.Run(rest);
    case ["sdp", .. string[] rest]:
        return SdpBenchmark.Run(rest);
    case ["bodies", .. string[] rest]:
        return BodyComparison.Run(rest);
    case ["wrapped", .. string[] rest]:
        return await WrappedComparison.RunAsync(rest);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
