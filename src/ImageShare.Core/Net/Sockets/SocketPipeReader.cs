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
    private readonly MemoryPool<byte> _blocks;
    private readonly int _blockSize;
    private readonly int _minimumRead;
    private readonly Operation _operation;

    // The block, rented while there is something in it or a read goes into it: what is not consumed lies from start to end, and was looked at up to examined.
    private IMemoryOwner<byte>? _block;
    private int _start;
    private int _examined;
    private int _end;
    private ReadOnlySequence<byte> _given;

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
        (_socket, _blocks, _blockSize, _minimumRead) = (socket, blocks, blockSize, minimumRead);
        _operation = new Operation(this);
    }

    /// <summary>Whether input is expected soon: then the wait is for a read into the buffer, which saves a system call.</summary>
    public bool ExpectsInput { get; set; }

    private bool HasNews => _isCanceled || _isAtEnd || _error != SocketError.Success || _examined < _end;

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
            if (_given.IsEmpty)
            {
                return;
            }

            _examined = _start + (int)_given.Slice(_given.Start, examined).Length;
            _start += (int)_given.Slice(_given.Start, consumed).Length;
            _given = default;
            if (_start == _end && !_isReceiving)
            {
                ReturnBlock();
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
        bool isEmptyRead = _start == _end && !ExpectsInput;
        while (true)
        {
            _operation.SetBuffer(isEmptyRead ? Memory<byte>.Empty : Room());
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

        _end += _error == SocketError.Success ? _operation.BytesTransferred : 0;
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
            isLost = _error != SocketError.Success && _examined >= _end;
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
        if (_error != SocketError.Success && _examined >= _end && !_isCanceled)
        {
            throw Lost();
        }

        bool isCanceled = _isCanceled;
        _isCanceled = false;
        _given = _block is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_block.Memory[_start.._end]);
        return new ReadResult(_given, isCanceled, _isAtEnd);
    }

    private IOException Lost() => new("The connection was lost.", new SocketException((int)_error));

    // Where the next bytes go: behind what is not consumed, which moves to the front of the block, or of a longer one, when there is too little room.
    private Memory<byte> Room()
    {
        _block ??= _blocks.Rent(_blockSize);
        if (_block.Memory.Length - _end < _minimumRead)
        {
            IMemoryOwner<byte> from = _block;
            if (from.Memory.Length - (_end - _start) < _minimumRead)
            {
                _block = _blocks.Rent(checked(2 * from.Memory.Length));
            }

            from.Memory[_start.._end].CopyTo(_block.Memory);
            (_start, _examined, _end) = (0, _examined - _start, _end - _start);
            if (from != _block)
            {
                from.Dispose();
            }
        }

        return _block.Memory[_end..];
    }

    private void ReturnBlock()
    {
        _block?.Dispose();
        _block = null;
        (_start, _examined, _end) = (0, 0, 0);
    }

    private void Release()
    {
        ReturnBlock();
        _operation.Dispose();
    }

    private sealed class Operation(SocketPipeReader reader) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => reader.OnReceived();
    }
}
