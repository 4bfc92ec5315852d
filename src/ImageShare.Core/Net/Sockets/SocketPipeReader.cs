using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace ImageShare.Core.Net.Sockets;

/// <summary>
/// What a socket receives, as a pipe. It waits with an empty read and takes its buffer only when there is input, unless input is expected. Ending a wait from outside
/// costs no exception: the read of the socket stays pending, and the next wait takes it over. One reader; <see cref="CancelPendingRead"/> may be called by any thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Complete releases it, or the read that is pending then, when it ends.")]
internal sealed class SocketPipeReader : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly ReceiveBlock _received;
    private readonly Operation _operation;

    // Guarded by the gate, as all that the end of a read of the socket touches.
    private ManualResetValueTaskSourceCore<ReadResult> _wait;
    private CancellationTokenRegistration _cancelling;
    private bool _isWaiting;
    private bool _isReceiving;
    private bool _isCanceled;
    private bool _isAtEnd;
    private bool _isReleased;
    private SocketError _error;

    public SocketPipeReader(Socket socket, MemoryPool<byte> blocks, int blockSize, int minimumRead)
    {
        _socket = socket;
        _received = new ReceiveBlock(blocks, blockSize, minimumRead);
        _operation = new Operation(this);
    }

    /// <summary>Whether input is expected soon: then the wait is for a read into the buffer, which saves a system call.</summary>
    public bool ExpectsInput { get; set; }

    private bool HasNews => _isCanceled || _isAtEnd || _error != SocketError.Success || _received.HasNews;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ValueTask<ReadResult> waiting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isReleased, this);
            if (_isWaiting)
            {
                throw new InvalidOperationException("A read is pending; a pipe has one reader.");
            }

            if (HasNews || (!_isReceiving && Receive()))
            {
                return new ValueTask<ReadResult>(Take());
            }

            _wait.Reset();
            _isWaiting = true;
            waiting = new ValueTask<ReadResult>(this, _wait.Version);
        }

        _cancelling = cancellationToken.UnsafeRegister(static (reader, token) => ((SocketPipeReader)reader!).EndWait(token), this);
        return waiting;
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isReleased, this);
            bool any = HasNews;
            result = any ? Take() : default;
            return any;
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_gate)
        {
            _received.Advance(consumed, examined);
            if (_received.IsEmpty && !_isReceiving)
            {
                _received.Return();
            }
        }
    }

    public override void CancelPendingRead()
    {
        ReadResult result;
        lock (_gate)
        {
            _isCanceled = true;
            if (!_isWaiting)
            {
                return;
            }

            // Not on the thread of the caller, which may hold locks.
            (_isWaiting, _wait.RunContinuationsAsynchronously, result) = (false, true, Take());
        }

        _wait.SetResult(result);
    }

    public override void Complete(Exception? exception = null)
    {
        lock (_gate)
        {
            bool isFirst = !_isReleased;
            _isReleased = true;
            if (isFirst && !_isReceiving)
            {
                Release();
            }
        }
    }

    /// <summary>Reads and discards until the peer ends, at most so many bytes. For the reader, when no read is pending.</summary>
    public async ValueTask DiscardAsync(long most, CancellationToken cancellationToken)
    {
        for (long discarded = 0; discarded < most;)
        {
            ReadResult read = await ReadAsync(cancellationToken).ConfigureAwait(false);
            discarded += read.Buffer.Length;
            AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _cancelling.Dispose();
        _cancelling = default;
        return _wait.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    // True when it has come to something, false when it is pending.
    private bool Receive()
    {
        bool isEmptyRead = _received.IsEmpty && !ExpectsInput;
        while (true)
        {
            _operation.SetBuffer(isEmptyRead ? Memory<byte>.Empty : _received.Room());
            _isReceiving = true;
            try
            {
                if (_socket.ReceiveAsync(_operation))
                {
                    return false;
                }
            }
            catch (ObjectDisposedException)
            {
                // Reset meanwhile.
                _operation.SocketError = SocketError.OperationAborted;
            }

            if (EndReceive())
            {
                return true;
            }

            isEmptyRead = false;
        }
    }

    // False when an empty read has shown that there is something to read.
    private bool EndReceive()
    {
        _isReceiving = false;
        bool wasEmptyRead = _operation.MemoryBuffer.IsEmpty;
        _error = _operation.SocketError;
        if (_error == SocketError.Success && wasEmptyRead)
        {
            return false;
        }

        _received.Add(_error == SocketError.Success ? _operation.BytesTransferred : 0);
        _isAtEnd = _error == SocketError.Success && _operation.BytesTransferred == 0;
        return true;
    }

    // Called when a read of the socket that was pending has ended.
    private void OnReceived()
    {
        bool isLost;
        ReadResult result;
        lock (_gate)
        {
            bool isDone = EndReceive();
            if (_isReleased)
            {
                Release();
                return;
            }

            if ((!isDone && !Receive()) || !_isWaiting)
            {
                return;
            }

            (_isWaiting, _wait.RunContinuationsAsynchronously) = (false, false);
            isLost = _error != SocketError.Success && !_received.HasNews;
            result = isLost ? default : Take();
        }

        if (isLost)
        {
            _wait.SetException(Lost());
        }
        else
        {
            _wait.SetResult(result);
        }
    }

    private void EndWait(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                return;
            }

            (_isWaiting, _wait.RunContinuationsAsynchronously) = (false, true);
        }

        _wait.SetException(new OperationCanceledException(cancellationToken));
    }

    private ReadResult Take()
    {
        if (_error != SocketError.Success && !_received.HasNews && !_isCanceled)
        {
            throw Lost();
        }

        bool isCanceled = _isCanceled;
        _isCanceled = false;
        return new ReadResult(_received.Give(), isCanceled, _isAtEnd);
    }

    private IOException Lost() => new("The connection was lost.", new SocketException((int)_error));

    private void Release()
    {
        _received.Return();
        _operation.Dispose();
    }

    private sealed class Operation(SocketPipeReader reader) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => reader.OnReceived();
    }
}
