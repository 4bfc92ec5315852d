using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Two endpoints against each other, in memory and over loopback TCP.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable]
public sealed class MsrpTransferTests(bool tcp)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly MediaType Png = new("image", "png");

    private INetwork _network = null!;
    private MsrpEndpoint _alice = null!;
    private MsrpEndpoint _bob = null!;

    [SetUp]
    public void SetUp()
    {
        _network = tcp ? SystemNetwork.Instance : new InMemoryNetwork();
        _alice = MsrpEndpoint.Start(_network, new MsrpEndpointOptions());
        _bob = MsrpEndpoint.Start(_network, new MsrpEndpointOptions());
    }

    [TearDown]
    public async Task TearDown()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [TestCase(2048, true)]
    [TestCase(2048, false)]
    [TestCase(10240, true)]
    [TestCase(1_000_000_000, true)]
    [TestCase(1_000_000_000, false)]
    [TestCase(1000, true)]
    [Category("TLS-004")]
    [Category("RPT-001")]
    [Category("RPT-005")]
    [Category("RPT-011")]
    [Category("MSRP-028")]
    [Category("MSRP-029")]
    public async Task A_few_megabytes_arrive_whole(int chunkSize, bool senderIsActive)
    {
        byte[] data = Data(5_000_001);
        var receiver = new CollectingReceiver();
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive);
        var progress = new Latest();
        MsrpSendResult result = await sender.SendAsync(
            MsrpOutgoingContent.FromMemory(Png, data) with { ChunkSize = chunkSize }, progress, CancellationToken.None).WaitAsync(Patience);
        Assert.That(result, Is.EqualTo(new MsrpSendResult(MsrpSendOutcome.Completed, result.MessageId, data.Length)));

        // The last 200 goes out when the receiver has completed.
        Assert.That(receiver.Completed.IsCompleted, Is.True);
        Assert.That((await receiver.Completed).AsSpan().SequenceEqual(data), Is.True);
        Assert.That(progress.Value, Is.EqualTo(data.Length));
        Assert.That((await receiver.Begun).Total, Is.EqualTo(data.Length));
        Assert.That((receiver.Begins, receiver.Completions, receiver.Aborts), Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public async Task Both_ways_at_once_and_several_sessions_on_one_connection()
    {
        // The chunks are large, so that each direction has to be interrupted for the responses to the other.
        const int Pairs = 3;
        var tasks = new List<Task<MsrpSendResult>>();
        var receivers = new List<(CollectingReceiver Receiver, byte[] Data)>();
        for (int i = 0; i < Pairs; i++)
        {
            CollectingReceiver there = new(), back = new();
            (MsrpSession sender, MsrpSession other) = await ConnectAsync(there, senderIsActive: true, back);
            receivers.Add((there, Data(2_000_000 + i)));
            tasks.Add(sender.SendAsync(Content(receivers[^1].Data, i), null, CancellationToken.None));
            receivers.Add((back, Data(1_500_000 + i)));
            tasks.Add(other.SendAsync(Content(receivers[^1].Data, i), null, CancellationToken.None));
        }

        await Task.WhenAll(tasks).WaitAsync(Patience);
        Assert.That(tasks.Select(t => t.Result.Outcome), Is.All.EqualTo(MsrpSendOutcome.Completed));
        foreach ((CollectingReceiver receiver, byte[] data) in receivers)
        {
            Assert.That((await receiver.Completed).AsSpan().SequenceEqual(data), Is.True);
        }

        static MsrpOutgoingContent Content(byte[] data, int i) =>
            MsrpOutgoingContent.FromMemory(Png, data) with { ChunkSize = i == 0 ? 2048 : long.MaxValue };
    }

    [Test]
    [Category("MSRP-043")]
    [Category("MSRP-039")]
    public async Task Sessions_with_the_same_host_share_a_connection_which_closes_with_the_last()
    {
        int accepted = 0;
        var counting = new MsrpEndpointOptions { Trace = e => accepted += e is { IsOutgoing: false, Range.Total: 0 } ? 1 : 0 };
        await using MsrpEndpoint bob = MsrpEndpoint.Start(_network, counting);
        MsrpSession a1 = _alice.CreateSession(new()), a2 = _alice.CreateSession(new());
        MsrpSession b1 = bob.CreateSession(new() { Receiver = new CollectingReceiver() }), b2 = bob.CreateSession(new() { Receiver = new CollectingReceiver() });
        await JoinAsync(a1, b1, activeFirst: true);
        await JoinAsync(a2, b2, activeFirst: true);
        Assert.That(a1.Binding.Connection, Is.SameAs(a2.Binding.Connection));
        Assert.That(b1.Binding.Connection, Is.SameAs(b2.Binding.Connection));

        await b1.CloseAsync();
        Assert.That(a1.Ended.IsCompleted, Is.False);
        MsrpSendResult result = await a2.SendAsync(MsrpOutgoingContent.FromMemory(Png, Data(10_000)), null, CancellationToken.None).WaitAsync(Patience);
        Assert.That(result.Outcome, Is.EqualTo(MsrpSendOutcome.Completed));

        await b2.CloseAsync();
        Assert.That((await a2.Ended.WaitAsync(Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.PeerClosed));
        Assert.That((await a1.Ended.WaitAsync(Patience)).Reason, Is.EqualTo(MsrpSessionEndReason.PeerClosed));
        Assert.That(accepted, Is.EqualTo(2));
    }

    [Test]
    public async Task An_empty_message_arrives_as_one()
    {
        var receiver = new CollectingReceiver();
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive: true);
        MsrpSendResult result = await sender.SendAsync(MsrpOutgoingContent.FromMemory(Png, default), null, CancellationToken.None).WaitAsync(Patience);
        Assert.That(result.Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
        Assert.That(await receiver.Completed.WaitAsync(Patience), Is.Empty);
    }

    [Test]
    [Category("RPT-010")]
    [Category("RPT-013")]
    public async Task A_success_report_covers_the_whole_message()
    {
        var receiver = new CollectingReceiver();
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive: true);
        MsrpOutgoingContent content = MsrpOutgoingContent.FromMemory(Png, Data(100_000)) with { SuccessReport = true };
        MsrpSendResult result = await sender.SendAsync(content, null, CancellationToken.None).WaitAsync(Patience);

        // The report leaves in one piece with the last response, so both are read before the result is made.
        Assert.That(result.ReportedBytes, Is.EqualTo(100_000));
    }

    [Test]
    [Category("RPT-006")]
    public async Task A_refusal_in_the_middle_stops_the_sender()
    {
        var receiver = new CollectingReceiver();
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive: true, receiverMax: 1_000_000);
        long read = 0;
        byte[] block = new byte[128 * 1024];
        var content = new MsrpOutgoingContent(Png, 1L << 40, (memory, _) =>
        {
            read += memory.Length;
            block.AsSpan(0, Math.Min(block.Length, memory.Length)).CopyTo(memory.Span);
            return ValueTask.FromResult(memory.Length);
        });
        MsrpSendResult result = await sender.SendAsync(content, null, CancellationToken.None).WaitAsync(Patience);
        Assert.That((result.Outcome, result.Status), Is.EqualTo((MsrpSendOutcome.Refused, 413)));
        Assert.That(receiver.Received, Is.Zero, "the total was announced, so nothing was taken");
        Assert.That(receiver.Begins, Is.Zero);
    }

    [TestCase(2048)]
    [TestCase(int.MaxValue)]
    [Category("SEC-002")]
    [Category("MSRP-021")]
    public async Task Cancelling_in_the_middle_tells_the_receiver(int chunkSize)
    {
        using var cancel = new CancellationTokenSource();
        var receiver = new CollectingReceiver
        {
            OnWrite = (received, _) =>
        {
            if (received > 1_000_000)
            {
                cancel.Cancel();
            }

            return default;
        }
        };
        (MsrpSession sender, MsrpSession other) = await ConnectAsync(receiver, senderIsActive: true);
        var content = new MsrpOutgoingContent(Png, 1L << 40, (memory, _) => ValueTask.FromResult(memory.Length)) { ChunkSize = chunkSize };
        Assert.That(
            async () => await sender.SendAsync(content, null, cancel.Token).WaitAsync(Patience),
            Throws.InstanceOf<OperationCanceledException>().With.Property("CancellationToken").EqualTo(cancel.Token));
        Assert.That(await receiver.Aborted.WaitAsync(Patience), Is.EqualTo(MsrpAbortReason.BySender));

        // The session itself is still good.
        Assert.That(other.Ended.IsCompleted, Is.False);
        Assert.That(sender.Ended.IsCompleted, Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_source_that_fails_or_ends_early_ends_the_message(bool fails)
    {
        var receiver = new CollectingReceiver();
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive: true);

        // More than is read ahead of the wire: when the source fails, the receiver has heard of the message.
        int left = 3_000_000;
        var content = new MsrpOutgoingContent(Png, 5_000_000, (memory, _) =>
        {
            int length = Math.Min(memory.Length, left);
            left -= length;
            return length == 0 && fails ? throw new IOException("gone") : ValueTask.FromResult(length);
        });
        ImageShareException e = (await Assert.ThrowsAsync<ImageShareException>(
            async () => await sender.SendAsync(content, null, CancellationToken.None).WaitAsync(Patience)))!;
        Assert.That(e.Error, Is.EqualTo(ImageShareError.SourceUnreadable));
        Assert.That(e.InnerException, fails ? Is.TypeOf<IOException>() : Is.Null);
        Assert.That(await receiver.Aborted.WaitAsync(Patience), Is.EqualTo(MsrpAbortReason.BySender));
    }

    [Test]
    public async Task A_receiver_that_fails_refuses_the_message()
    {
        var receiver = new CollectingReceiver { OnWrite = (received, _) => received > 100_000 ? throw new IOException("disk full") : default };
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive: true);
        MsrpSendResult result = await sender.SendAsync(MsrpOutgoingContent.FromMemory(Png, Data(5_000_000)), null, CancellationToken.None).WaitAsync(Patience);
        Assert.That((result.Outcome, result.Status), Is.EqualTo((MsrpSendOutcome.Refused, 413)));
        Assert.That(await receiver.Aborted.WaitAsync(Patience), Is.EqualTo(MsrpAbortReason.ReceiverFailed));
    }

    [Test]
    public async Task A_slow_receiver_holds_the_sender_back()
    {
        var gate = new TaskCompletionSource();
        var receiver = new CollectingReceiver { Keep = false, OnWrite = (_, _) => new ValueTask(gate.Task) };
        (MsrpSession sender, _) = await ConnectAsync(receiver, senderIsActive: true);
        long read = 0;
        var content = new MsrpOutgoingContent(Png, 60_000_000, (memory, _) =>
        {
            Interlocked.Add(ref read, memory.Length);
            return ValueTask.FromResult(memory.Length);
        });
        Task<MsrpSendResult> sending = sender.SendAsync(content, null, CancellationToken.None);
        await receiver.Begun.WaitAsync(Patience);

        // With nothing answered the window closes, whatever the buffers between could take; some is read ahead.
        Assert.That(Interlocked.Read(ref read), Is.LessThan((TransferBudget.LargestWindow * 2048L) + 2_000_000));
        Assert.That(sending.IsCompleted, Is.False);
        gate.SetResult();
        Assert.That((await sending.WaitAsync(Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Completed));
    }

    [Test]
    public async Task Closing_in_the_middle_aborts_both_sides()
    {
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = new CollectingReceiver
        {
            OnWrite = (received, _) =>
        {
            if (received > 1_000_000)
            {
                half.TrySetResult();
            }

            return default;
        }
        };
        (MsrpSession sender, MsrpSession other) = await ConnectAsync(receiver, senderIsActive: true);
        var content = new MsrpOutgoingContent(Png, 1L << 40, (memory, _) => ValueTask.FromResult(memory.Length));
        Task<MsrpSendResult> sending = sender.SendAsync(content, null, CancellationToken.None);
        await half.Task.WaitAsync(Patience);
        await sender.CloseAsync();
        Assert.That((await sending.WaitAsync(Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Aborted));
        Assert.That((await sender.Ended).Reason, Is.EqualTo(MsrpSessionEndReason.Closed));
        Assert.That(await receiver.Aborted.WaitAsync(Patience), Is.AnyOf(MsrpAbortReason.BySender, MsrpAbortReason.ConnectionLost));
        Assert.That(
            (await other.Ended.WaitAsync(Patience)).Reason, Is.AnyOf(MsrpSessionEndReason.PeerClosed, MsrpSessionEndReason.ConnectionLost));
    }

    private async Task<(MsrpSession Sender, MsrpSession Receiver)> ConnectAsync(
        CollectingReceiver receiver, bool senderIsActive, CollectingReceiver? back = null, long receiverMax = long.MaxValue)
    {
        MsrpSession sender = _alice.CreateSession(new() { Receiver = back });
        MsrpSession other = _bob.CreateSession(new() { Receiver = receiver, MaxMessageSize = receiverMax });
        await JoinAsync(sender, other, senderIsActive);
        return (sender, other);
    }

    private static async Task JoinAsync(MsrpSession first, MsrpSession second, bool activeFirst)
    {
        first.SetPeerPath(new MsrpPath(second.LocalUri));
        second.SetPeerPath(new MsrpPath(first.LocalUri));
        await Task.WhenAll(first.ConnectAsync(activeFirst, CancellationToken.None), second.ConnectAsync(!activeFirst, CancellationToken.None)).WaitAsync(Patience);
    }

    private static byte[] Data(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        return data;
    }

    private sealed class Latest : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = value;
    }
}
