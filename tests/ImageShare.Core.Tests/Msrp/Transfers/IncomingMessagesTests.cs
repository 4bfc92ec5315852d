using System.Buffers;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>The assembly of one session's messages alone: what each chunk is answered with, and what its receiver is told.</summary>
[TestFixture]
public sealed class IncomingMessagesTests
{
    private readonly NotingReceiver _receiver = new();
    private readonly CapturingLoggerFactory _log = new();

    [SetUp]
    public void Reset()
    {
        _receiver.Reset();
        _log.Entries.Clear();
    }

    [OneTimeTearDown]
    public void TearDown() => _log.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    [Category("MSRP-019")]
    public async Task Chunks_of_one_id_are_one_message_whichever_string_the_id_is_in(bool sameString)
    {
        IncomingMessages messages = Create();
        MsrpHead head = Head("m123", new(1, null, 9), new("image", "png"));
        head.SuccessReport = true;
        head.AddOther("X-One: 1"u8);
        Assert.That(await messages.BeginChunkAsync(head, default), Is.EqualTo(200));
        Assert.That((messages.IsOpen, messages.Messages, messages.OpenMessage, messages.ReceivedBytes), Is.EqualTo((true, 1, 1, 0L)));
        Assert.That(await WriteAsync(messages, 5), Is.EqualTo(200));
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.More, default), Is.EqualTo((200, false)));
        Assert.That(messages.ChunkRange, Is.EqualTo(new ByteRange(1, 5, 9)));
        head.MessageId = sameString ? head.MessageId : new string("m123".AsSpan());
        head.ByteRange = new(6, null, 9);
        Assert.That(await messages.BeginChunkAsync(head, default), Is.EqualTo(200));
        Assert.That(await WriteAsync(messages, 4), Is.EqualTo(200));
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Complete, default), Is.EqualTo((200, true)));
        Assert.That(messages.ChunkRange, Is.EqualTo(new ByteRange(6, 9, 9)));
        Assert.That((messages.IsOpen, messages.Messages, messages.OpenMessage, messages.ReceivedBytes), Is.EqualTo((false, 1, 0, 9L)));
        Assert.That(_receiver.Calls, Is.EqualTo(new[] { "begin m123 image/png 9 True X-One=1", "write 0 5", "write 5 4", "complete 9" }));

        // A late copy of a chunk: answered, and not delivered.
        Assert.That(await messages.BeginChunkAsync(head, default), Is.EqualTo(IncomingMessages.DroppedOk));
        Assert.That(_receiver.Calls, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task The_next_message_has_the_next_number_and_the_bytes_are_counted_on()
    {
        IncomingMessages messages = Create();
        await TakeAsync(messages, Head("m123", new(1, 5, 5)), 5);
        Assert.That(await messages.BeginChunkAsync(Head("m124", new(1, 3, 3)), default), Is.EqualTo(200));
        Assert.That(await WriteAsync(messages, 3), Is.EqualTo(200));
        Assert.That((messages.Messages, messages.OpenMessage, messages.ReceivedBytes), Is.EqualTo((2, 2, 8L)));
    }

    [Test]
    [Category("MSRP-018")]
    public async Task Without_an_id_only_what_begins_at_the_first_byte_is_a_message()
    {
        IncomingMessages messages = Create();
        Assert.That(await messages.BeginChunkAsync(Head(null, new(2, null, null)), default), Is.EqualTo(400));
        Assert.That((messages.IsOpen, _receiver.Calls.Count), Is.EqualTo((false, 0)));
        await TakeAsync(messages, Head(null, new(1, null, null)), 2);
        await TakeAsync(messages, Head(null, null), 3);
        Assert.That(_receiver.Calls.Where(static c => !c.StartsWith("begin", StringComparison.Ordinal)), Is.EqualTo(new[] { "write 0 2", "complete 2", "write 0 3", "complete 3" }));
        Assert.That(_receiver.Ids, Is.Unique);
        Assert.That(_receiver.Ids, Has.All.Length.EqualTo(22), "made here");
    }

    [TestCase("1-*/101", 413)]
    [TestCase("1-*/100", 200)]
    [TestCase("12-*/*", 413)]
    [TestCase("11-*/*", 200)]
    [Category("MSRP-020")]
    public async Task A_first_chunk_that_is_too_large_or_too_far_out_is_refused_and_not_shown(string range, int status)
    {
        IncomingMessages messages = Create();
        Assert.That(ByteRange.TryParse(System.Text.Encoding.ASCII.GetBytes(range), out ByteRange parsed), Is.True);
        Assert.That(await messages.BeginChunkAsync(Head("m123", parsed), default), Is.EqualTo(status));
        Assert.That((messages.IsOpen, messages.Messages, _receiver.Calls.Count), Is.EqualTo(status == 200 ? (true, 1, 1) : (false, 0, 0)));

        // What was refused stays so: a later chunk would be in its bounds.
        Assert.That(await messages.BeginChunkAsync(Head("m123", new(1, null, null)), default), Is.EqualTo(status));
    }

    [Test]
    public async Task A_session_without_receiver_takes_nothing()
    {
        var messages = new IncomingMessages(null, 100, MsrpLimits.Default, _log);
        Assert.That(await messages.BeginChunkAsync(Head("m123", null), default), Is.EqualTo(403));
        Assert.That(messages.IsOpen, Is.False);
    }

    [Test]
    public async Task A_message_beside_an_open_one_is_refused_and_stays_so()
    {
        IncomingMessages messages = Create();
        await messages.BeginChunkAsync(Head("m123", new(1, null, null)), default);
        Assert.That(await messages.BeginChunkAsync(Head("m124", new(1, null, null)), default), Is.EqualTo(413));
        Assert.That(await WriteAsync(messages, 5), Is.EqualTo(200), "the open one goes on");
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Complete, default), Is.EqualTo((200, true)));
        Assert.That(await messages.BeginChunkAsync(Head("m124", new(6, null, null)), default), Is.EqualTo(413), "half of it is lost");
        Assert.That(_receiver.Ids, Is.EqualTo(new[] { "m123" }));
    }

    [Test]
    public async Task A_keep_alive_in_a_message_is_answered_and_not_shown()
    {
        IncomingMessages messages = Create();
        Assert.That(await messages.BeginChunkAsync(Head("m123", null, new("text", "x-msrp-heartbeat")), default), Is.EqualTo(IncomingMessages.DroppedOk));
        Assert.That((messages.Messages, _receiver.Calls.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_refusal_of_the_receiver_counts_for_all_chunks_and_it_is_asked_once()
    {
        IncomingMessages messages = Create();
        _receiver.Acceptance = MsrpAcceptance.Refuse(415);
        Assert.That(await messages.BeginChunkAsync(Head("m123", null), default), Is.EqualTo(415));
        Assert.That(await messages.BeginChunkAsync(Head("m123", new(5, null, null)), default), Is.EqualTo(415));
        Assert.That((messages.IsOpen, messages.Messages), Is.EqualTo((false, 0)));
        Assert.That(_receiver.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    [Category("MSRP-021")]
    public async Task What_the_sender_gives_up_is_answered_200_and_its_later_chunks_413()
    {
        IncomingMessages messages = await OpenAsync();
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Aborted, default), Is.EqualTo((200, false)));
        await AssertAbortedAsync(messages, MsrpAbortReason.BySender, 413);
    }

    [Test]
    [Category("MSRP-020")]
    public async Task A_total_that_changes_is_answered_400()
    {
        IncomingMessages messages = await OpenAsync();
        await messages.EndChunkAsync(MsrpContinuation.More, default);
        Assert.That(await messages.BeginChunkAsync(Head("m123", new(6, null, 51)), default), Is.EqualTo(400));
        await AssertAbortedAsync(messages, MsrpAbortReason.Inconsistent, 400);
    }

    [Test]
    [Category("MSRP-020")]
    public async Task An_end_before_bytes_that_have_come_is_answered_400()
    {
        IncomingMessages messages = Create();
        await messages.BeginChunkAsync(Head("m123", new(6, null, null)), default);
        await WriteAsync(messages, 5);
        await messages.EndChunkAsync(MsrpContinuation.More, default);
        await messages.BeginChunkAsync(Head("m123", new(1, null, null)), default);
        await WriteAsync(messages, 3);
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Complete, default), Is.EqualTo((400, false)));
        await AssertAbortedAsync(messages, MsrpAbortReason.Inconsistent, 400);
    }

    [Test]
    [Category("MSRP-020")]
    public async Task More_bytes_than_announced_are_answered_413_and_not_written()
    {
        IncomingMessages messages = await OpenAsync();
        Assert.That(await WriteAsync(messages, 46), Is.EqualTo(413));
        Assert.That(messages.ReceivedBytes, Is.EqualTo(5));
        await AssertAbortedAsync(messages, MsrpAbortReason.TooLarge, 413);
    }

    [Test]
    [Category("MSRP-020")]
    public async Task Too_many_gaps_are_answered_413()
    {
        IncomingMessages messages = await OpenAsync();
        await messages.EndChunkAsync(MsrpContinuation.More, default);
        await messages.BeginChunkAsync(Head("m123", new(7, null, 50)), default);
        await WriteAsync(messages, 1);
        await messages.EndChunkAsync(MsrpContinuation.More, default);
        await messages.BeginChunkAsync(Head("m123", new(9, null, 50)), default);
        await WriteAsync(messages, 1);
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.More, default), Is.EqualTo((413, false)));
        await AssertAbortedAsync(messages, MsrpAbortReason.TooScattered, 413);
    }

    private static IEnumerable<TestCaseData> Failures()
    {
        yield return new TestCaseData(new InvalidOperationException(), 413).SetArgDisplayNames("any other");
        yield return new TestCaseData(new OperationCanceledException(), 413).SetArgDisplayNames("cancelled by itself");
        yield return new TestCaseData(new ImageShareException(ImageShareError.TransferRefused, "without a status"), 413).SetArgDisplayNames("without a status");
        foreach ((int own, int status) in ((int, int)[])[(200, 413), (399, 413), (400, 400), (415, 415), (699, 699), (700, 413)])
        {
            yield return new TestCaseData(new ImageShareException(ImageShareError.TransferRefused, "with a status") { MsrpStatus = own }, status).SetArgDisplayNames($"{own}");
        }
    }

    [TestCaseSource(nameof(Failures))]
    public async Task A_receiver_that_fails_refuses_the_message_wherever_it_fails(Exception error, int status)
    {
        // In the beginning: it has not taken the message, so there is nothing to abort.
        IncomingMessages messages = Create();
        _receiver.OnBegin = () => throw error;
        Assert.That(await messages.BeginChunkAsync(Head("m123", null), default), Is.EqualTo(status));
        Assert.That(await messages.BeginChunkAsync(Head("m123", null), default), Is.EqualTo(status));
        Assert.That((messages.IsOpen, _receiver.Calls.Count(static c => c.StartsWith("abort", StringComparison.Ordinal))), Is.EqualTo((false, 0)));

        // In the middle, at once or later.
        foreach (Func<CancellationToken, ValueTask> fail in (Func<CancellationToken, ValueTask>[])[_ => throw error, _ => ValueTask.FromException(error), async _ =>
        {
            await Task.Yield();
            throw error;
        }])
        {
            _receiver.Reset();
            messages = await OpenAsync();
            _receiver.OnWrite = fail;
            Assert.That(await WriteAsync(messages, 5), Is.EqualTo(status));
            await AssertAbortedAsync(messages, MsrpAbortReason.ReceiverFailed, status);
        }

        // At the end: it has failed in completing, so it is not told of an abort as well.
        _receiver.Reset();
        messages = await OpenAsync();
        _receiver.OnComplete = _ => throw error;
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Complete, default), Is.EqualTo((status, false)));
        Assert.That(messages.IsOpen, Is.False);
        Assert.That(_receiver.Calls[^1], Is.EqualTo("complete 5"));
        Assert.That(await messages.BeginChunkAsync(Head("m123", null), default), Is.EqualTo(status));
    }

    [Test]
    public async Task A_receiver_that_takes_its_time_and_succeeds_has_taken_the_bytes()
    {
        IncomingMessages messages = await OpenAsync();
        var patience = new TaskCompletionSource();
        _receiver.OnWrite = _ => new ValueTask(patience.Task);
        ValueTask<int> writing = WriteAsync(messages, 5);
        Assert.That(writing.IsCompleted, Is.False);
        patience.SetResult();
        Assert.That(await writing, Is.EqualTo(200));
        Assert.That(messages.IsOpen, Is.True);
    }

    [Test]
    [Category("SEC-002")]
    public async Task What_is_cancelled_from_outside_is_no_refusal()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        IncomingMessages messages = Create();
        _receiver.OnBegin = () => throw new OperationCanceledException(given.Token);
        Assert.That(async () => await messages.BeginChunkAsync(Head("m123", null), given.Token), Throws.InstanceOf<OperationCanceledException>());

        _receiver.Reset();
        messages = await OpenAsync();
        _receiver.OnWrite = static cancelled => throw new OperationCanceledException(cancelled);
        Assert.That(async () => await WriteAsync(messages, 5, given.Token), Throws.InstanceOf<OperationCanceledException>());
        _receiver.OnWrite = static cancelled => ValueTask.FromCanceled(cancelled);
        Assert.That(async () => await WriteAsync(messages, 5, given.Token), Throws.InstanceOf<OperationCanceledException>());
        _receiver.OnComplete = static cancelled => ValueTask.FromCanceled(cancelled);
        Assert.That(async () => await messages.EndChunkAsync(MsrpContinuation.Complete, given.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(messages.IsOpen, Is.True, "whoever cancels says how it ends");

        // Another failure is one, whoever has given up meanwhile.
        _receiver.OnWrite = static _ => throw new IOException();
        Assert.That(await WriteAsync(messages, 5, given.Token), Is.EqualTo(413));
    }

    [Test]
    public async Task An_open_message_is_given_up_once()
    {
        IncomingMessages messages = Create();
        await messages.AbortAsync(MsrpAbortReason.ConnectionLost);
        Assert.That(_receiver.Calls, Is.Empty, "nothing is open");
        messages = await OpenAsync();
        await messages.AbortAsync(MsrpAbortReason.ConnectionLost);
        await messages.AbortAsync(MsrpAbortReason.SessionClosed);
        await AssertAbortedAsync(messages, MsrpAbortReason.ConnectionLost, 413);
    }

    [Test]
    [Category("SEC-004")]
    public async Task A_receiver_that_fails_to_abort_is_logged_and_the_message_is_given_up()
    {
        IncomingMessages messages = await OpenAsync();
        _receiver.OnAbort = static () => throw new IOException("/home/alice/cat.png");
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Aborted, default), Is.EqualTo((200, false)));
        Assert.That(messages.IsOpen, Is.False);
        Assert.That(_log.From(LogLevel.Error).Single(), Does.Contain("IOException").And.Not.Contain("alice"));
        Assert.That(_log.From(LogLevel.Trace).Count(static t => t.Contains("alice", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task The_last_eight_messages_are_remembered()
    {
        IncomingMessages messages = Create();
        for (int i = 0; i < 9; i++)
        {
            await TakeAsync(messages, Head($"m{i}", null), 1);
        }

        for (int i = 1; i < 9; i++)
        {
            Assert.That(await messages.BeginChunkAsync(Head($"m{i}", null), default), Is.EqualTo(IncomingMessages.DroppedOk), $"{i}");
        }

        Assert.That(await messages.BeginChunkAsync(Head("m0", null), default), Is.EqualTo(200), "too long ago");
        Assert.That(await messages.BeginChunkAsync(Head("M1", null), default), Is.EqualTo(413), "ids have a case");
    }

    private IncomingMessages Create() => new(_receiver, 100, new MsrpLimits { MaxReorderBytes = 10, MaxGaps = 2 }, _log);

    // Five bytes of fifty, in a chunk that is not ended.
    private async Task<IncomingMessages> OpenAsync()
    {
        IncomingMessages messages = Create();
        Assert.That(await messages.BeginChunkAsync(Head("m123", new(1, null, 50)), default), Is.EqualTo(200));
        Assert.That(await WriteAsync(messages, 5), Is.EqualTo(200));
        return messages;
    }

    private async Task AssertAbortedAsync(IncomingMessages messages, MsrpAbortReason reason, int later)
    {
        Assert.That(_receiver.Calls.Where(static c => c.StartsWith("abort", StringComparison.Ordinal)), Is.EqualTo(new[] { $"abort {reason}" }));
        Assert.That(messages.IsOpen, Is.False);
        int calls = _receiver.Calls.Count;
        Assert.That(await messages.BeginChunkAsync(Head("m123", new(1, null, 50)), default), Is.EqualTo(later));
        Assert.That(_receiver.Calls, Has.Count.EqualTo(calls));
    }

    private static async Task TakeAsync(IncomingMessages messages, MsrpHead head, int length)
    {
        Assert.That(await messages.BeginChunkAsync(head, default), Is.EqualTo(200));
        Assert.That(await WriteAsync(messages, length), Is.EqualTo(200));
        Assert.That(await messages.EndChunkAsync(MsrpContinuation.Complete, default), Is.EqualTo((200, true)));
    }

    private static ValueTask<int> WriteAsync(IncomingMessages messages, int length, CancellationToken cancellationToken = default) =>
        messages.WriteAsync(new ReadOnlySequence<byte>(new byte[length]), cancellationToken);

    private static MsrpHead Head(string? id, ByteRange? range, MediaType? type = null) => new() { MessageId = id, ByteRange = range, ContentType = type };
}
