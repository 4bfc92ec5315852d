using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks.Sources;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>
/// A chunk that lies whole at hand is taken in one step, and one whose range does not say where it ends (<c>*</c>) event by event: to the peer, to the receiver and
/// to whoever watches it must be all the same.
/// </summary>
[TestFixture]
public sealed partial class MsrpWholeChunkTests
{
    private static readonly string[] Headers =
    [
        string.Empty, "Failure-Report: no\r\n", "Failure-Report: partial\r\n", "Success-Report: yes\r\n", "Success-Report: yes\r\nFailure-Report: no\r\n",
    ];

    // Start, octets, total and sign of each chunk.
    private static readonly (int Start, int Length, int Total, char Sign)[][] Messages =
    [
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (9, 4, 20, '+'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (9, 4, 20, '#'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (9, 4, 24, '+'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (5, 4, 20, '+'), (19, 4, 20, '+'), (13, 4, 20, '+'), (17, 4, 20, '$')],
        [(1, 4, 20, '+'), (17, 4, 20, '$'), (9, 4, 20, '+'), (5, 4, 20, '+'), (13, 4, 20, '+'), (13, 4, 20, '+')],
        [(1, 4, 8, '+'), (5, 4, 8, '$'), (5, 4, 8, '$'), (9, 4, 8, '+')],
        [(1, 4, 99, '+'), (5, 4, 99, '+'), (9, 40, 99, '+'), (49, 4, 99, '+')],
    ];

    public enum Manner
    {
        AtOnce,
        TakesItsTime,
        Fails,
        FailsAfterATime,
        FailsInTheEnd,
    }

    [Test]
    [Category("MSRP-017")]
    [Category("RPT-001")]
    public async Task Is_taken_for_what_it_is_event_by_event([ValueSource(nameof(Headers))] string headers, [Values] Manner manner, [Range(0, 6)] int message)
    {
        string byEvents = await RunAsync(Messages[message], headers, manner, saysWhereItEnds: false);
        Assert.That(await RunAsync(Messages[message], headers, manner, saysWhereItEnds: true), Is.EqualTo(byEvents));
        Assert.That(byEvents, Does.Contain("last 200"));
    }

    [Test]
    [Category("MSRP-017")]
    public async Task A_receiver_may_begin_at_any_moment()
    {
        const int Count = 100_000;
        const int Batch = 200;
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { TimeProvider = new ManualTimeProvider() });
        var receiver = new ReceiverOfAnotherThread();
        MsrpSession session = endpoint.CreateSession(new() { Receiver = receiver });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);

        // Without a Message-ID each is a message of its own, and its head is that of the one before.
        var thread = new Thread(receiver.Run) { IsBackground = true };
        thread.Start();
        try
        {
            for (int i = 0; i < Count; i += Batch)
            {
                var all = new StringBuilder();
                for (int j = i; j < i + Batch; j++)
                {
                    all.Append(
                        CultureInfo.InvariantCulture,
                        $"MSRP {j:x8} SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nFailure-Report: no\r\nByte-Range: 1-4/4\r\nContent-Type: a/b\r\n\r\ndata\r\n-------{j:x8}$\r\n");
                }

                await peer.SendAsync(all.ToString());
            }

            await peer.SendAsync(session.LocalUri, "last", string.Empty, null, '$', messageId: null);
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("last 200"));
            Assert.That((receiver.Completions, receiver.Short), Is.EqualTo((Count, 0)));
        }
        finally
        {
            receiver.Stop = true;
            thread.Join();
        }
    }

    private static async Task<string> RunAsync((int Start, int Length, int Total, char Sign)[] chunks, string headers, Manner manner, bool saysWhereItEnds)
    {
        var network = new InMemoryNetwork();
        List<string> seen = [];
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(
            network, new MsrpEndpointOptions { TimeProvider = new ManualTimeProvider(), Trace = e => Add($"{e.IsOutgoing} {e.StartLine} {e.BodyLength} {e.Continuation}") });
        var receiver = new CollectingReceiver { OnWrite = (octets, _) => WriteAsync(manner, octets), OnComplete = () => CompleteAsync(manner) };
        MsrpSession session = endpoint.CreateSession(new() { Receiver = receiver, MaxMessageSize = 48, SuccessReports = MsrpSuccessReportScope.EachChunk });
        await using RawMsrpPeer peer = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        var all = new StringBuilder();
        for (int i = 0; i < chunks.Length; i++)
        {
            (int start, int length, int total, char sign) = chunks[i];
            string end = saysWhereItEnds ? (start + length - 1).ToString(CultureInfo.InvariantCulture) : "*";
            all.Append(
                CultureInfo.InvariantCulture,
                $"MSRP id{i:00} SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: {start}-{end}/{total}\r\n{headers}Content-Type: a/b\r\n\r\n");
            all.Append((char)('a' + i), length).Append(CultureInfo.InvariantCulture, $"\r\n-------id{i:00}{sign}\r\n");
        }

        all.Append(CultureInfo.InvariantCulture, $"MSRP last SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\n-------last$\r\n");
        await peer.SendAsync(all.ToString());
        string line;
        do
        {
            line = await peer.ReadLineAsync();
            Add(line);
        }
        while (line is not ("last 200" or "end"));

        Add($"{receiver.Begins} {receiver.Received} {receiver.Completions} {receiver.Aborts}");
        Add(receiver.Completed.IsCompletedSuccessfully ? Encoding.ASCII.GetString(await receiver.Completed) : "not complete");
        lock (seen)
        {
            // The ids of reports are ours, and what a peer reads and what is written for it have an order each.
            return string.Join('\n', seen.Select(l => OwnId().Replace(l, "MSRP own REPORT")).OrderBy(l => l.StartsWith("True", StringComparison.Ordinal) ? 0 : l.StartsWith("False", StringComparison.Ordinal) ? 1 : 2));
        }

        void Add(string what)
        {
            lock (seen)
            {
                seen.Add(what);
            }
        }
    }

    private static async ValueTask WriteAsync(Manner manner, long octets)
    {
        if (manner is Manner.TakesItsTime or Manner.FailsAfterATime)
        {
            await Task.Yield();
        }

        if (manner is Manner.Fails or Manner.FailsAfterATime && octets > 10)
        {
            throw new IOException("no room");
        }
    }

    private static ValueTask CompleteAsync(Manner manner) => manner == Manner.FailsInTheEnd ? throw new IOException("no room") : default;

    [GeneratedRegex("MSRP [A-Z0-9]{16} REPORT")]
    private static partial Regex OwnId();

    // Goes on a little later each time, on a thread of its own: a body that comes at that very moment must not be lost.
    private sealed class ReceiverOfAnotherThread : IMsrpMessageReceiver, IValueTaskSource<MsrpAcceptance>
    {
        private Action<object?>? _continuation;
        private object? _state;
        private int _delay;
        private volatile bool _begun;
        private long _received;

        public volatile bool Stop;

        public int Completions { get; private set; }

        public int Short { get; private set; }

        public void Run()
        {
            while (!Stop)
            {
                if (Volatile.Read(ref _continuation) is not { } continuation)
                {
                    continue;
                }

                _continuation = null;
                _delay = (_delay + 1) % 1500;
                for (int i = 0; i < _delay; i++)
                {
                    _ = Volatile.Read(ref _delay);
                }

                _begun = true;
                continuation(_state);
            }
        }

        public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
        {
            _begun = false;
            _received = 0;
            return new ValueTask<MsrpAcceptance>(this, 0);
        }

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
        {
            _received += data.Length;
            return default;
        }

        public ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
        {
            Short += length != 4 || _received != 4 ? 1 : 0;
            Completions++;
            return default;
        }

        public ValueTask AbortAsync(MsrpAbortReason reason) => default;

        public MsrpAcceptance GetResult(short token) => MsrpAcceptance.Accept;

        public ValueTaskSourceStatus GetStatus(short token) => _begun ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            _state = state;
            Volatile.Write(ref _continuation, continuation);
        }
    }
}
