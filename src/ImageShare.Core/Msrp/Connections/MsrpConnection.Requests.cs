using System.Buffers;
using System.Collections.Concurrent;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Sessions;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Requests of this side that belong to no session: AUTH to a relay (RFC 4976 §4.1), and their answers.</summary>
internal sealed partial class MsrpConnection
{
    private readonly ConcurrentDictionary<TransactionKey, TaskCompletionSource<RelayReply>> _requests = new();
    private volatile int _openRequests;

    /// <summary>The session this connection to a relay was opened for. Until that is used, the connection may lie still: nobody has answered the offer yet.</summary>
    public MsrpSession? RelayedFor { get; init; }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="write">Writes the request with the transaction id given.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/>: within <see cref="MsrpEndpointOptions.TransactionTimeout"/>. <see cref="ImageShareError.ConnectionLost"/>.
    /// </exception>
    public async Task<RelayReply> RequestAsync(Action<IBufferWriter<byte>, byte[]> write, CancellationToken cancellationToken)
    {
        byte[] id = new byte[TransactionIds.Length];
        new TransactionIds().Next(id);
        var key = TransactionKey.From(id);
        var bytes = new ArrayBufferWriter<byte>(1024);
        write(bytes, id);
        var answer = new TaskCompletionSource<RelayReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[key] = answer;
        Interlocked.Increment(ref _openRequests);
        try
        {
            _control.Add(bytes.WrittenSpan);
            Wake();
            await Task.WhenAny(answer.Task, Ended).WaitAsync(Options.TransactionTimeout, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return answer.Task.IsCompleted
                ? await answer.Task.ConfigureAwait(false)
                : throw new ImageShareException(ImageShareError.ConnectionLost, "The relay closed the connection; check its address and try again.");
        }
        catch (TimeoutException e)
        {
            throw new ImageShareException(
                ImageShareError.NoAnswer, $"The relay did not answer within {Options.TransactionTimeout.TotalSeconds:0.#} s; check that MSRP is spoken there.", e);
        }
        finally
        {
            _requests.TryRemove(key, out _);
            Interlocked.Decrement(ref _openRequests);
        }
    }

    /// <summary>From now on the connection has to move, as any other.</summary>
    public void BeginUse() => Touch();

    private bool TryAnswerRequest(TransactionKey key, MsrpHead head) =>
        _openRequests > 0
        && _requests.TryGetValue(key, out TaskCompletionSource<RelayReply>? answer)
        && answer.TrySetResult(new RelayReply(head.Status, head.GetOtherHeaders()));
}
