using BenchmarkDotNet.Attributes;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>Reading a datagram with every typed header, and with the parts of their values, and writing it again.</summary>
[MemoryDiagnoser]
public class SipMessageBenchmarks
{
    public IEnumerable<object> Messages => SipWork.All;

    [ParamsSource(nameof(Messages))]
    public object Message { get; set; } = SipWork.All[0];

    [Benchmark(Baseline = true)]
    public int Read() => ((SipWork)Message).Parse();

    [Benchmark]
    public int ReadParts() => ((SipWork)Message).ParseParts();

    [Benchmark]
    public int ReadAndWrite() => ((SipWork)Message).Write();
}
