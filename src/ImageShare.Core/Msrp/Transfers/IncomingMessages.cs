using System.Buffers;
using System.Runtime.CompilerServices;
using ImageShare.Core.Msrp.Framing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// The incoming messages of one session: reassembles chunks and passes their bytes to the receiver (RFC 4975 §7.3.1). A second message while one is
/// incomplete is refused with 413. Used only by the reader loop of the session's connection.
/// </summary>
internal sealed class IncomingMessages(IMsrpMessageReceiver? receiver, long maxMessageSize, MsrpLimits limits, ILogger logger)
{
    private readonly EndedMessages _ended = new();
    private MessageAssembly? _assembly;
    private string? _openId;
    private int _messages;
    private long _receivedBytes;

    /// <summary>What the log lines are marked with; null for nothing.</summary>
    public string? LogId { get; init; }

    /// <summary>Whether a message has begun and is not complete.</summary>
    public bool IsOpen => _openId is not null;

    /// <summary>The number of messages that were accepted. For any thread.</summary>
    public int Messages => Volatile.Read(ref _messages);

    /// <summary>The number of bytes passed to the receiver, of all messages. For any thread.</summary>
    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>The number of the incomplete message; 0 if there is none. For any thread.</summary>
    public int OpenMessage => IsOpen ? Volatile.Read(ref _messages) : 0;

    /// <summary>The range of the last chunk with its actual end, and the total if known.</summary>
    public ByteRange ChunkRange { get; private set; }

    /// <summary>A chunk begins.</summary>
    /// <returns>200 to read its bytes; otherwise the status to answer at once, and its bytes are dropped.</returns>
    public ValueTask<int> BeginChunkAsync(MsrpHead head, CancellationToken cancellationToken)
    {
        if (_openId is not null && ReferenceEquals(_openId, head.MessageId))
        {
            AssemblyVerdict verdict = _assembly!.BeginChunk(head.ByteRange);
            return verdict == AssemblyVerdict.Good ? ValueTask.FromResult(200) : FailAsync(verdict);
        }

        return BeginOtherAsync(head, cancellationToken);
    }

    /// <summary>Bytes of the open chunk.</summary>
    /// <returns>200 to continue; otherwise the status to answer at once, and the rest of the chunk is dropped.</returns>
    public ValueTask<int> WriteAsync(ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        AssemblyVerdict verdict = _assembly!.TakeData(data.Length, out long offset);
        if (verdict != AssemblyVerdict.Good)
        {
            return FailAsync(verdict);
        }

        Volatile.Write(ref _receivedBytes, _receivedBytes + data.Length);
        try
        {
            ValueTask writing = receiver!.WriteAsync(offset, data, cancellationToken);
            if (writing.IsCompletedSuccessfully)
            {
                writing.GetAwaiter().GetResult();
                return ValueTask.FromResult(200);
            }

            return GuardAsync(writing, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Any failure of the receiver tells the sender to stop (RFC 4975 §10.5).
            return FailAsync(MsrpAbortReason.ReceiverFailed, StatusOf(e));
        }
    }

    /// <summary>The open chunk ends.</summary>
    /// <returns>The status to answer, and whether the message is now complete.</returns>
    public ValueTask<(int Status, bool Complete)> EndChunkAsync(MsrpContinuation continuation, CancellationToken cancellationToken)
    {
        AssemblyVerdict verdict = _assembly!.EndChunk(continuation);
        ChunkRange = _assembly.ChunkRange;
        return verdict == AssemblyVerdict.Good ? ValueTask.FromResult((200, false)) : EndMessageAsync(verdict, cancellationToken);
    }

    /// <summary>The incomplete message, if any, will not be completed.</summary>
    public async ValueTask AbortAsync(MsrpAbortReason reason)
    {
        if (_openId is not null)
        {
            await FailAsync(reason, 413).ConfigureAwait(false);
        }
    }

    private async ValueTask<int> BeginOtherAsync(MsrpHead head, CancellationToken cancellationToken)
    {
        if (head.MessageId is null && head.ByteRange is { Start: > 1 })
        {
            // It cannot be assigned to a message (RFC 4975 §7.3.1).
            return 400;
        }

        string id = head.MessageId ?? MsrpIdent.NewMessageId();
        if (string.Equals(_openId, id, StringComparison.Ordinal))
        {
            // The same id in another string instance: the decoder has read another head in between.
            _openId = id;
            return await BeginChunkAsync(head, cancellationToken).ConfigureAwait(false);
        }

        if (GetKnownStatus(head, id) is { } known)
        {
            return Dropped(known);
        }

        var assembly = new MessageAssembly(maxMessageSize, limits);
        int status = await AdmitAsync(head, id, assembly, cancellationToken).ConfigureAwait(false);
        if (status != 200)
        {
            _ended.Add(id, status);
            return status;
        }

        _assembly = assembly;
        Volatile.Write(ref _messages, _messages + 1);
        _openId = id;
        return 200;
    }

    // The status for a chunk that is not delivered, because its message has ended or it is a keep-alive.
    private int? GetKnownStatus(MsrpHead head, string id) =>
        _ended.Find(id) is { } answer ? answer

        // A keep-alive of some peers, sent as content (type text/x-msrp-heartbeat).
        : head.ContentType?.Is("text", "x-msrp-heartbeat") == true ? 200
        : null;

    // RFC 4975 §10.3, RFC 4975 §10.5.
    private async ValueTask<int> AdmitAsync(MsrpHead head, string id, MessageAssembly assembly, CancellationToken cancellationToken)
    {
        int status = receiver is null ? 403 : _openId is not null ? 413 : StatusOf(assembly.BeginChunk(head.ByteRange));
        return status == 200 ? await AskReceiverAsync(head, id, cancellationToken).ConfigureAwait(false) : status;
    }

    private async ValueTask<int> AskReceiverAsync(MsrpHead head, string id, CancellationToken cancellationToken)
    {
        var info = new MsrpMessageInfo(id, head.ContentType, head.ByteRange?.Total, head.SuccessReport, head.GetOtherHeaders());
        try
        {
            MsrpAcceptance acceptance = await receiver!.BeginAsync(info, cancellationToken).ConfigureAwait(false);
            return acceptance.Status;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // As above: a refusal to the peer.
            return StatusOf(e);
        }
    }

    // Only if the receiver does not complete at once.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> GuardAsync(ValueTask writing, CancellationToken cancellationToken)
    {
        try
        {
            await writing.ConfigureAwait(false);
            return 200;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // As above.
            return await FailAsync(MsrpAbortReason.ReceiverFailed, StatusOf(e)).ConfigureAwait(false);
        }
    }

    private async ValueTask<(int Status, bool Complete)> EndMessageAsync(AssemblyVerdict verdict, CancellationToken cancellationToken)
    {
        switch (verdict)
        {
            case AssemblyVerdict.Complete:
                string id = _openId!;
                int status = await CompleteReceiverAsync(cancellationToken).ConfigureAwait(false);
                _openId = null;
                _ended.Add(id, status);
                return (status, status == 200);
            case AssemblyVerdict.Aborted:
                await FailAsync(MsrpAbortReason.BySender, 413).ConfigureAwait(false);
                return (200, false);
            default:
                return (await FailAsync(verdict).ConfigureAwait(false), false);
        }
    }

    private async ValueTask<int> CompleteReceiverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await receiver!.CompleteAsync(_assembly!.Total!.Value, cancellationToken).ConfigureAwait(false);
            return 200;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // As above. The receiver failed while completing, so it is not told of an abort as well.
            return StatusOf(e);
        }
    }

    private ValueTask<int> FailAsync(AssemblyVerdict verdict) => FailAsync(
        verdict switch
        {
            AssemblyVerdict.TooLarge => MsrpAbortReason.TooLarge,
            AssemblyVerdict.TooScattered => MsrpAbortReason.TooScattered,
            _ => MsrpAbortReason.Inconsistent,
        },
        StatusOf(verdict));

    private async ValueTask<int> FailAsync(MsrpAbortReason reason, int status)
    {
        _ended.Add(_openId!, status);
        _openId = null;
        try
        {
            await receiver!.AbortAsync(reason).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The message is aborted anyway; the receiver belongs to the application and may throw anything.
            TransferLog.AbortFailed(logger, LogId, error);
        }

        return status;
    }

    // 200 means that the bytes are read; a chunk that is answered 200 and dropped has its own status.
    private static int Dropped(int status) => status == 200 ? DroppedOk : status;

    /// <summary>Answered with 200 and not delivered.</summary>
    public const int DroppedOk = 0;

    // An exception always refuses, whatever its status.
    private static int StatusOf(Exception error) => error is ImageShareException { MsrpStatus: >= 400 and <= 699 and { } status } ? status : 413;

    private static int StatusOf(AssemblyVerdict verdict) => verdict switch
    {
        AssemblyVerdict.TooLarge or AssemblyVerdict.TooScattered => 413,
        AssemblyVerdict.Inconsistent => 400,
        _ => 200,
    };
}
