using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>The writer loop of one connection: whole requests and responses first, then chunks of every transfer in turn, many of them per flush.</summary>
/// <remarks>
/// <see cref="RunAsync"/> is the loop; it alone touches the output. Any thread may queue bytes (<see cref="Send"/>), add transfers, wait for a flush and abort.
/// <see cref="HandOver"/> and <see cref="WaitForRoomAsync"/> are for the reader loop.
/// </remarks>
internal sealed class WriterLoop
{
    /// <summary>How long a flush takes on a connection whose peer does not read; on the slowest of paths one takes tenths of a second.</summary>
    private static readonly TimeSpan StuckTime = TimeSpan.FromSeconds(2);

    // The loop's own.
    private readonly PipeWriter _output;
    private readonly TransferSettings _settings;
    private readonly FlushSize _flushSize = new();
    private bool _isInReader;

    // Shared with the reader loop and with callers that queue.
    private readonly ControlQueue _control = new();
    private readonly FlushWaits _waits = new();
    private long _flushedAt;
    private long _uncounted;
    private volatile bool _isLast;
    private volatile bool _isAborted;
    private volatile bool _hasEnded;

    public WriterLoop(PipeWriter output, IPEndPoint local, IPEndPoint remote, TransferSettings settings)
    {
        _output = output;
        _settings = settings;
        _flushedAt = settings.TimeProvider.GetTimestamp();
        State = new WriterState(local, remote);
        Transfers = new OutgoingTransfers(State, settings.TimeProvider);
    }

    /// <summary>What the transfers need of the loop.</summary>
    public WriterState State { get; }

    /// <summary>What the log lines of the connection are marked with: that of the session bound last. For any thread.</summary>
    public string? LogId { get => Volatile.Read(ref field); set => Volatile.Write(ref field, value); }

    /// <summary>The messages being sent.</summary>
    public OutgoingTransfers Transfers { get; }

    /// <summary>When the last flush ended, other than of a keep-alive alone, or the loop was made. For any thread.</summary>
    public long FlushedAt => Volatile.Read(ref _flushedAt);

    /// <summary>Whether nothing is written any more. For any thread.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Whether the peer has read nothing for a while: what is queued now would wait for what it does not read. For any thread.</summary>
    public bool IsStuck => State.FlushingSince is { } since && _settings.TimeProvider.GetElapsedTime(since) >= StuckTime;

    /// <summary>How many bytes of whole requests and responses wait. For any thread.</summary>
    public int WaitingBytes => _control.WaitingBytes;

    /// <summary>Queues a whole request, and writes it inside this call if the loop does nothing else. For any thread that holds no lock.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        _control.Add(message);
        State.Wake(inline: Transfers.IsEmpty);
    }

    /// <summary>As <see cref="Send"/>, for bytes that are no use of the connection: <see cref="FlushedAt"/> stays what it is.</summary>
    public void SendUncounted(ReadOnlySpan<byte> message)
    {
        Interlocked.Add(ref _uncounted, message.Length);
        Send(message);
    }

    /// <summary>Queues responses. With nothing else to send, they leave inside this call: that is cheaper than to wake another thread for one system call. For the reader loop.</summary>
    public void HandOver(ReadOnlySpan<byte> responses)
    {
        _control.Add(responses);
        _isInReader = Transfers.IsEmpty;
        State.Wake(inline: _isInReader);
        _isInReader = false;
    }

    /// <summary>Waits until something was flushed, or <see cref="Notify"/> is called. For the reader loop.</summary>
    public ValueTask WaitForRoomAsync() => _control.Room.WaitAsync();

    /// <summary>Completes a task when everything queued until now was flushed, or nothing is any more. For any thread.</summary>
    public void WhenFlushed(TaskCompletionSource wait)
    {
        _waits.Add(wait);
        State.Wake();
        if (_hasEnded)
        {
            _waits.Complete(_waits.Waiting);
        }
    }

    /// <summary>Wakes callers that wait for room, and, when it is aborted, the loop. For any thread.</summary>
    public void Notify(bool isAborted)
    {
        if (isAborted)
        {
            State.Wake();
        }

        _control.Room.Set();
    }

    /// <summary>Ends the loop once what is queued was flushed, inside this call if that does not have to wait. For the connection.</summary>
    public void EndAfterQueue()
    {
        _isLast = true;
        State.Wake(inline: true);
    }

    /// <summary>Ends the loop with what is queued unwritten. For any thread.</summary>
    public void Abort()
    {
        _isAborted = true;
        _output.CancelPendingFlush();
    }

    /// <summary>The loop. Done when it has ended, however; never faulted.</summary>
    public async Task RunAsync()
    {
        try
        {
            await WriteUntilEndAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The stream is broken. The reader loop notices it too, after it has read the input that arrived before.
            ConnectionLog.LoopEnded(_settings.Logger, "writer", LogId, error);
        }

        _hasEnded = true;
        Transfers.Dispose();
        _control.Room.Set();
        _waits.Complete(_waits.Waiting);
    }

    private async Task WriteUntilEndAsync()
    {
        while (!_isAborted)
        {
            // Read before the queue: what the reader loop queued before it ended must still be written.
            bool isLast = _isLast;
            ImmutableArray<TaskCompletionSource> waits = _waits.Waiting;
            Write();
            long bytes = _output.UnflushedBytes;
            if (bytes == 0)
            {
                _waits.Complete(waits);
                if (isLast)
                {
                    return;
                }

                await State.WaitAsync().ConfigureAwait(false);
                if (_isInReader && !Transfers.IsEmpty)
                {
                    // Writing transfers takes long: do not do it on the reader loop's thread.
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                }

                continue;
            }

            long since = _settings.TimeProvider.GetTimestamp();
            State.BeginFlush(since);
            FlushResult flushed = await _output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            State.EndFlush();
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }

            Flushed(since, bytes);
            _waits.Complete(waits);
        }
    }

    private void Write()
    {
        if (!_control.IsEmpty)
        {
            Transfers.Interrupt(_output);
            _control.WriteTo(_output);
        }

        Transfers.Write(_output, _flushSize.Current);
    }

    private void Flushed(long since, long bytes)
    {
        long now = _settings.TimeProvider.GetTimestamp();
        if (bytes > Interlocked.Exchange(ref _uncounted, 0))
        {
            Volatile.Write(ref _flushedAt, now);
        }

        _flushSize.Adapt(bytes, _settings.TimeProvider.GetElapsedTime(since, now));
        Transfers.Flushed(now);
        _control.Room.Set();
    }
}
