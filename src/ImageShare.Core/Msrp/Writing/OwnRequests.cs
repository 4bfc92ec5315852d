using System.Buffers;
using System.Collections.Concurrent;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Relays;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>Requests of this side that belong to no session, AUTH to a relay (RFC 4976 §4.1), and the responses to them. Any thread may call any member.</summary>
/// <param name="writer">Where they are written.</param>
/// <param name="settings">How long they wait.</param>
/// <param name="ended">Done when the connection has ended.</param>
internal sealed class OwnRequests(WriterLoop writer, TransferSettings settings, Task ended)
{
    // Only connections to relays have any.
    private ConcurrentDictionary<TransactionIdKey, TaskCompletionSource<RelayReply>>? _open;
    private volatile int _count;

    /// <summary>Sends a request and waits for its response.</summary>
    /// <param name="write">Writes the request with the transaction id given.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.NoAnswer"/>: within <see cref="TransferSettings.TransactionTimeout"/>. <see cref="ImageShareError.ConnectionLost"/>.
    /// </exception>
    public async Task<RelayReply> SendAsync(Action<IBufferWriter<byte>, byte[]> write, CancellationToken cancellationToken)
    {
        byte[] id = new byte[TransactionIds.Length];
        new TransactionIds().Next(id);
        var key = TransactionIdKey.From(id);
        var bytes = new ArrayBufferWriter<byte>(1024);
        write(bytes, id);
        var answer = new TaskCompletionSource<RelayReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        TimeSpan timeout = settings.TransactionTimeout;
        ConcurrentDictionary<TransactionIdKey, TaskCompletionSource<RelayReply>> open = LazyInitializer.EnsureInitialized(ref _open, static () => new());
        open[key] = answer;
        Interlocked.Increment(ref _count);
        try
        {
            settings.Trace?.Invoke(MsrpTraceEvent.OfSent(bytes.WrittenSpan, null, null, writer.State.Local, writer.State.Remote));
            writer.Send(bytes.WrittenSpan);
            await Task.WhenAny(answer.Task, ended).WaitAsync(timeout, settings.TimeProvider, cancellationToken).ConfigureAwait(false);
            return answer.Task.IsCompleted
                ? await answer.Task.ConfigureAwait(false)
                : throw new ImageShareException(ImageShareError.ConnectionLost, "The relay closed the connection; check its address and try again.");
        }
        catch (TimeoutException e)
        {
            throw new ImageShareException(
                ImageShareError.NoAnswer, $"The relay did not answer within {timeout.TotalSeconds:0.#} s; check that MSRP is spoken there.", e);
        }
        finally
        {
            open.TryRemove(key, out _);
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Takes a response, if it belongs to one of these requests.</summary>
    public bool TryAnswer(TransactionIdKey key, MsrpHead head) =>
        _count > 0
        && Volatile.Read(ref _open) is { } open
        && open.TryGetValue(key, out TaskCompletionSource<RelayReply>? answer)
        && answer.TrySetResult(new RelayReply(head.Status, head.GetOtherHeaders()));
}
