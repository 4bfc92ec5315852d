using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Hashes and writes an image in the background while the next bytes are received; hashing, writing and receiving take about equally long.
/// Hashing and writing each use a thread-pool thread of their own, and order is kept. At most four buffers are rented, on demand. A caller
/// that finds three of them in flight waits until two are free, so that it is not woken for every piece. One caller at a time.
/// </summary>
/// <remarks>
/// A failure in the background is thrown by the next call. The caller may touch the file and the hash only between <see cref="FinishAsync"/>
/// and the next hand-over. <see cref="ReleaseAsync"/> may be called at any time and releases them once they are no longer in use.
/// </remarks>
/// <param name="file">The file to write to, or null to hash only.</param>
/// <param name="hasher">Hashes the bytes that arrive in order.</param>
/// <param name="length">The size of a buffer in bytes.</param>
internal sealed class BackgroundWriter(IPartialFile? file, ImageHasher hasher, int length) : IValueTaskSource
{
    private const int Count = 4;
    private const int Nobody = -1;

    private readonly Lock _gate = new();
    private readonly Piece[] _ring = new Piece[Count];
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? _releasing;
    private ExceptionDispatchInfo? _failure;
    private Action? _released;
    private long _filled;
    private int _awaited = Nobody;
    private Stage? _hashing;
    private Stage? _writing;

    // The number of pieces that are hashed and written.
    private long Done => Math.Min(_hashing?.Done ?? 0, file is null ? long.MaxValue : _writing?.Done ?? 0);

    private bool IsWorking => _hashing is { IsWorking: true } || _writing is { IsWorking: true };

    /// <summary>The buffer to fill next. The caller owns its first <c>length</c> bytes until it hands them over.</summary>
    public byte[] Buffer => _ring[_filled % Count].Buffer ??= ArrayPool<byte>.Shared.Rent(length);

    /// <summary>Hands over the content of <see cref="Buffer"/>, which is another buffer afterwards. If this throws, nothing was handed over.</summary>
    /// <param name="offset">The offset of the bytes in the image.</param>
    /// <param name="bytes">The number of bytes.</param>
    /// <param name="hashed">Whether to append them to the hash.</param>
    /// <param name="cancellationToken">Cancels the wait for earlier pieces.</param>
    public ValueTask HandOverAsync(long offset, int bytes, bool hashed, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken)
        : TryHandOver(offset, bytes, hashed) ? default
        : HandOverLaterAsync(offset, bytes, hashed, cancellationToken);

    /// <summary>Waits until everything handed over is hashed and written.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await WaitAsync(0, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _failure?.Throw();
        }
    }

    /// <summary>
    /// Closes the file and returns the buffers once no piece is being processed; queued pieces are dropped. Call it once; a pending call
    /// returns, and no other call may follow.
    /// </summary>
    /// <param name="released">Runs just before the file is closed, while no one else can open it.</param>
    public ValueTask ReleaseAsync(Action released)
    {
        bool isWorking;
        lock (_gate)
        {
            _released = released;
            isWorking = IsWorking;
            _releasing = isWorking ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        }

        EndWait();
        if (isWorking)
        {
            return new ValueTask(_releasing!.Task);
        }

        Release();
        return default;
    }

    private void Hash(in Piece piece)
    {
        if (piece.IsHashed)
        {
            hasher.Append(piece.Buffer.AsSpan(0, piece.Bytes));
        }
    }

    private void Write(in Piece piece) => file!.Write(piece.Offset, piece.Buffer.AsSpan(0, piece.Bytes));

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    private bool TryHandOver(long offset, int bytes, bool hashed)
    {
        Stage hashing;
        Stage? writing = null;
        bool hashes, writes;
        lock (_gate)
        {
            _failure?.Throw();

            // The piece after this one needs a buffer too.
            if (_filled - Done >= Count - 1)
            {
                return false;
            }

            ref Piece piece = ref _ring[_filled % Count];
            (piece.Offset, piece.Bytes, piece.IsHashed) = (offset, bytes, hashed);
            _filled++;
            hashing = _hashing ??= new Stage(this, static (writer, piece) => writer.Hash(piece));
            hashes = Begins(hashing);
            if (file is not null)
            {
                writing = _writing ??= new Stage(this, static (writer, piece) => writer.Write(piece));
            }

            writes = writing is not null && Begins(writing);
        }

        if (hashes)
        {
            ThreadPool.UnsafeQueueUserWorkItem(hashing, preferLocal: false);
        }

        if (writes)
        {
            ThreadPool.UnsafeQueueUserWorkItem(writing!, preferLocal: false);
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandOverLaterAsync(long offset, int bytes, bool hashed, CancellationToken cancellationToken)
    {
        await WaitAsync(Count / 2, cancellationToken).ConfigureAwait(false);
        TryHandOver(offset, bytes, hashed);
    }

    // Waits until at most that many pieces are in flight, or until the writer is released.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(int level, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ValueTask wait;
        lock (_gate)
        {
            if (_filled - Done <= level || _released is not null)
            {
                return;
            }

            _wait.Reset();
            _awaited = level;
            wait = new ValueTask(this, _wait.Version);
        }

        using (cancellationToken.UnsafeRegister(static writer => ((BackgroundWriter)writer!).EndWait(), this))
        {
            await wait.ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private void EndWait()
    {
        bool ends;
        lock (_gate)
        {
            ends = _awaited != Nobody;
            _awaited = Nobody;
        }

        if (ends)
        {
            _wait.SetResult(true);
        }
    }

    private bool Begins(Stage stage)
    {
        bool begins = !stage.IsWorking && _released is null;
        stage.IsWorking |= begins;
        return begins;
    }

    // Takes the next piece for a stage. If there is none, says whether this was the last stage to stop, which then has to clean up.
    private bool TryTake(Stage stage, out Piece piece, out bool isLast)
    {
        lock (_gate)
        {
            stage.IsWorking = _filled > stage.Done && _released is null;
            piece = stage.IsWorking ? _ring[stage.Done % Count] : default;
            isLast = _releasing is not null && !IsWorking;
            return stage.IsWorking;
        }
    }

    private void EndPiece(Stage stage, ExceptionDispatchInfo? failure)
    {
        bool isEnough;
        lock (_gate)
        {
            // After a failure, the remaining pieces are skipped.
            _failure ??= failure;
            stage.Done = _failure is null ? stage.Done + 1 : _filled;
            isEnough = _filled - Done <= _awaited;
        }

        if (isEnough)
        {
            EndWait();
        }
    }

    private void ReleaseLast()
    {
        try
        {
            Release();
            _releasing!.SetResult();
        }
        catch (Exception e)
        {
            // Any exception goes to the caller waiting in ReleaseAsync.
            _releasing!.SetException(e);
        }
    }

    private void Release()
    {
        try
        {
            _released!();
        }
        finally
        {
            file?.Dispose();
            hasher.Dispose();
            foreach (Piece piece in _ring)
            {
                if (piece.Buffer is not null)
                {
                    ArrayPool<byte>.Shared.Return(piece.Buffer);
                }
            }
        }
    }

    private record struct Piece(byte[]? Buffer, long Offset, int Bytes, bool IsHashed);

    /// <summary>Processes the pieces one after the other, as long as there are any.</summary>
    private sealed class Stage(BackgroundWriter writer, Action<BackgroundWriter, Piece> work) : IThreadPoolWorkItem
    {
        /// <summary>The number of pieces done. Guarded by the writer's lock, like the other property.</summary>
        public long Done { get; set; }

        public bool IsWorking { get; set; }

        public void Execute()
        {
            bool isLast;
            while (writer.TryTake(this, out Piece piece, out isLast))
            {
                ExceptionDispatchInfo? failure = null;
                try
                {
                    work(writer, piece);
                }
                catch (Exception e)
                {
                    // Any exception is rethrown by the next call, where the caller can handle it.
                    failure = ExceptionDispatchInfo.Capture(e);
                }

                writer.EndPiece(this, failure);
            }

            if (isLast)
            {
                writer.ReleaseLast();
            }
        }
    }
}
