using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>A transfer alone: the test is its writer loop, its reader loop and its clock.</summary>
public abstract class TransferTest
{
    private protected static readonly MediaType Png = new("image", "png");
    private protected static readonly MsrpPath Peer = MsrpPath.Parse("msrp://127.0.0.1:2855/a;tcp");

    private readonly List<OutgoingTransfer> _transfers = [];
    private Pipe _wire = null!;
    private MsrpReader _decoder = null!;
    private long _length;

    private protected ManualTimeProvider Time { get; private set; } = null!;

    private protected CapturingLoggerFactory Log { get; private set; } = null!;

    private protected WriterState Writer { get; private set; } = null!;

    private protected PeerRoute Route { get; private set; } = null!;

    private protected TransferBudget Budget { get; private set; } = null!;

    private protected TransferSettings Settings { get; set; } = null!;

    /// <summary>The transaction ids of the chunks that have ended.</summary>
    private protected List<TransactionIdKey> Keys { get; } = [];

    private protected List<long> Progress { get; } = [];

    /// <summary>To-Path of the chunk that began last.</summary>
    private protected MsrpPath? LastPath { get; private set; }

    /// <summary>How often the last chunk was about to leave.</summary>
    private protected int Left { get; private set; }

    [SetUp]
    public void SetUp()
    {
        _wire = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        _decoder = new MsrpReader();
        Time = new ManualTimeProvider();
        Log = new CapturingLoggerFactory();
        Writer = new WriterState(new IPEndPoint(IPAddress.Loopback, 2856), new IPEndPoint(IPAddress.Loopback, 2855));
        Route = new PeerRoute();
        Budget = new TransferBudget();
        Settings = new TransferSettings(Time, Log) { TransactionTimeout = TimeSpan.FromSeconds(30) };
        Keys.Clear();
        Progress.Clear();
        Left = 0;
    }

    [TearDown]
    public void TearDown()
    {
        _transfers.ForEach(static t => t.Dispose());
        _transfers.Clear();
        Assert.That(Time.ArmedTimers, Is.Zero, "nothing is left behind");
        Log.Dispose();
    }

    private protected static MsrpOutgoingContent Content(int length, long chunkSize = 100) =>
        MsrpOutgoingContent.FromMemory(Png, new byte[length]) with { ChunkSize = chunkSize, MessageId = "m123" };

    private protected OutgoingTransfer Begin(MsrpOutgoingContent content)
    {
        var headers = new MsrpSendHeaders(Peer, Peer, content.MessageId, content.ContentType, content.SuccessReport);
        var transfer = new OutgoingTransfer(new OutgoingMessage(headers, content, new Listener(Progress), () => Left++), Route, Writer, Settings, Budget);
        _transfers.Add(transfer);
        return transfer;
    }

    private protected PipeWriter Output => _wire.Writer;

    /// <summary>What the writer loop does in one turn; the chunks that ended with it, as "range:bytes sign".</summary>
    private protected string Write(OutgoingTransfer transfer, int budget = 1_000_000)
    {
        transfer.Write(_wire.Writer, budget);
        return Flush(transfer);
    }

    private protected string Interrupt(OutgoingTransfer transfer)
    {
        transfer.Interrupt(_wire.Writer);
        return Flush(transfer);
    }

    private protected string Flush(OutgoingTransfer transfer)
    {
        string chunks = Read();
        transfer.Flushed(Time.GetTimestamp());
        return chunks;
    }

    /// <summary>Answers chunks by their number, as the reader loop does.</summary>
    private protected void Answer(OutgoingTransfer transfer, params int[] chunks)
    {
        foreach (int chunk in chunks)
        {
            Assert.That(transfer.TryAnswerNext(Keys[chunk], 200) || transfer.TryAnswer(Keys[chunk], 200), Is.True);
        }

        transfer.EndOfBatch();
    }

    private protected static MsrpSendResult ResultOf(OutgoingTransfer transfer)
    {
        Assert.That(transfer.Result.IsCompleted, Is.True);
        return transfer.Result.Result;
    }

    /// <summary>The chunks that ended since the last call, as "range:bytes sign".</summary>
    private protected string Read()
    {
        Assert.That(_wire.Writer.FlushAsync().AsTask().Wait(RawMsrpPeer.Patience), Is.True);
        if (!_wire.Reader.TryRead(out ReadResult read))
        {
            return string.Empty;
        }

        var text = new List<string>();
        ReadOnlySequence<byte> input = read.Buffer;
        while (_decoder.Read(ref input, out MsrpEvent next) == OperationStatus.Done)
        {
            MsrpHead head = next.Head;
            if (next.Kind == MsrpEventKind.RequestHead)
            {
                _length = 0;
                LastPath = head.ToPath!;
            }

            _length += next.Body.Length;
            if (next.Kind == MsrpEventKind.End)
            {
                Keys.Add(TransactionIdKey.From(head.TransactionId));
                text.Add($"{head.ByteRange}:{_length}{(char)next.Continuation.ToSign()}");
            }
        }

        _wire.Reader.AdvanceTo(input.Start, input.End);
        return string.Join(' ', text);
    }

    private sealed class Listener(List<long> progress) : IProgress<long>
    {
        public void Report(long value) => progress.Add(value);
    }
}
