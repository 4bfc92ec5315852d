using BenchmarkDotNet.Attributes;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>Reading a datagram with every structured header, against a parser written by hand for that alone.</summary>
[MemoryDiagnoser]
public class SipReadBenchmarks
{
    public IEnumerable<object> Messages => SipCase.All;

    [ParamsSource(nameof(Messages))]
    public object Message { get; set; } = SipCase.All[0];

    [Benchmark(Baseline = true)]
    public object HandWritten() => ((SipCase)Message).HandRead();

    [Benchmark]
    public int Library() => ((SipCase)Message).Read();
}

/// <summary>Writing a message, against a writer written by hand for that alone.</summary>
[MemoryDiagnoser]
public class SipWriteBenchmarks
{
    public IEnumerable<object> Messages => SipCase.All;

    [ParamsSource(nameof(Messages))]
    public object Message { get; set; } = SipCase.All[0];

    [Benchmark(Baseline = true)]
    public int HandWritten() => ((SipCase)Message).HandWrite();

    [Benchmark]
    public int Library() => ((SipCase)Message).Write();
}
