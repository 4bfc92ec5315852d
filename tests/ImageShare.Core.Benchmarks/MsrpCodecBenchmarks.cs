using System.Buffers;
using BenchmarkDotNet.Attributes;
using ImageShare.Core.Benchmarks.Transfer;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks;

/// <summary>Cutting one megabyte into chunks and reading them back, in memory, beside the hand-written hunt for end-lines.</summary>
[MemoryDiagnoser]
public class MsrpCodecBenchmarks
{
    private const int Bytes = 1_000_000;

    private readonly ArrayBufferWriter<byte> _output = new(2 * Bytes);
    private readonly byte[] _image = new byte[Bytes];
    private readonly MsrpSendHeaders _headers = new(
        MsrpPath.Parse("msrp://127.0.0.1:20000/abcdefghijklmnopqrstuv;tcp"),
        MsrpPath.Parse("msrp://127.0.0.1:20001/ABCDEFGHIJKLMNOPQRSTUV;tcp"),
        contentType: new MediaType("image", "png"));

    private ReadOnlySequence<byte> _stream;

    [Params(2048, 65536)]
    public int ChunkSize { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Cut();
        _stream = new ReadOnlySequence<byte>(_output.WrittenSpan.ToArray());
    }

    [Benchmark]
    public int Cut()
    {
        _output.ResetWrittenCount();
        var chunker = new MsrpChunker(_headers, Bytes, ChunkSize, new TransactionIds());
        while (!chunker.IsOver)
        {
            ReadOnlySpan<byte> rest = _image.AsSpan((int)chunker.Position);
            if (chunker.WriteWhole(_output, rest) == 0)
            {
                chunker.Begin(_output, rest);
                chunker.Append(_output, rest);
            }
        }

        return _output.WrittenCount;
    }

    [Benchmark(Baseline = true)]
    public long Scan()
    {
        ReadOnlySpan<byte> rest = _stream.FirstSpan;
        long body = 0;
        while (IdealMsrp.TryTakeChunk(rest, out int length, out Range octets, out _))
        {
            body += rest[octets].Length;
            rest = rest[length..];
        }

        return body;
    }

    [Benchmark]
    public long Decode()
    {
        var decoder = new MsrpReader();
        ReadOnlySequence<byte> rest = _stream;
        long body = 0;
        while (decoder.Read(ref rest, out MsrpEvent next) == OperationStatus.Done)
        {
            body += next.Body.Length;
        }

        return body;
    }

    /// <summary>As a connection does: in one step what lies whole at hand, the rest by events.</summary>
    [Benchmark]
    public long DecodeWhole()
    {
        var decoder = new MsrpReader();
        ReadOnlySequence<byte> rest = _stream;
        long body = 0;
        OperationStatus status;
        do
        {
            ReadOnlySpan<byte> span = rest.FirstSpan;
            int taken = 0;
            while (decoder.TryReadWhole(span[taken..], out WholeMessage message))
            {
                body += message.BodyLength;
                taken += message.Length;
            }

            rest = rest.Slice(taken);
            status = decoder.Read(ref rest, out MsrpEvent next);
            body += next.Body.Length;
        }
        while (status == OperationStatus.Done);
        return body;
    }
}
