using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace ImageShare.Core.Images.Stores;

/// <summary>
/// Hashes the pieces of an image and writes them, each on a thread of its own, while the next ones are gathered: either costs about as much as to receive them.
/// There are four buffers and no more, taken as they are needed: who comes when three are on their way waits until two are free, so that nobody is woken for each
/// piece. Order is kept. One caller at a time.
/// </summary>
/// <remarks>
/// What fails there is told by the next call here. The file and the hash may be touched by the caller only between <see cref="FinishAsync"/> and
/// the next hand-over; they are released by <see cref="ReleaseAsync"/> when nobody uses them any more, at whatever time that is called.
/// </remarks>
/// <param name="file">What is written to; null when the octets are only hashed.</param>
/// <param name="hasher">What the octets that come in order are given to.</param>
/// <param name="length">The octets of one buffer.</param>
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

    // What nobody works with any more.
    private long Done => Math.Min(_hashing?.Done ?? 0, file is null ? long.MaxValue : _writing?.Done ?? 0);

    private bool IsWorking => _hashing is { IsWorking: true } || _writing is { IsWorking: true };

    /// <summary>Where the next piece is gathered: octets up to the length given are the caller's until handed over.</summary>
    public byte[] Buffer => _ring[_filled % Count].Buffer ??= ArrayPool<byte>.Shared.Rent(length);

    /// <summary>Hands over what is in <see cref="Buffer"/>; another buffer is there in its place then. Nothing is handed over when it throws.</summary>
    /// <param name="offset">Where the octets belong.</param>
    /// <param name="octets">How many they are.</param>
    /// <param name="hashed">Whether they continue the hash.</param>
    /// <param name="cancellationToken">Ends the wait for pieces before.</param>
    public ValueTask HandOverAsync(long offset, int octets, bool hashed, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken)
        : TryHandOver(offset, octets, hashed) ? default
        : HandOverLaterAsync(offset, octets, hashed, cancellationToken);

    /// <summary>Waits until all that was handed over is hashed and written.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await WaitAsync(0, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _failure?.Throw();
        }
    }

    /// <summary>
    /// Closes the file and gives everything back, as soon as no piece is being worked on; pieces that wait are left out. Once only; a call that
    /// waits returns, and no other may follow.
    /// </summary>
    /// <param name="released">What is left to do then, while nobody else can have the file yet.</param>
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
            hasher.Append(piece.Buffer.AsSpan(0, piece.Octets));
        }
    }

    private void Write(in Piece piece) => file!.Write(piece.Offset, piece.Buffer.AsSpan(0, piece.Octets));

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    private bool TryHandOver(long offset, int octets, bool hashed)
    {
        Stage hashing;
        Stage? writing = null;
        bool hashes, writes;
        lock (_gate)
        {
            _failure?.Throw();

            // The next one to be gathered needs a buffer too.
            if (_filled - Done >= Count - 1)
            {
                return false;
            }

            ref Piece piece = ref _ring[_filled % Count];
            (piece.Offset, piece.Octets, piece.IsHashed) = (offset, octets, hashed);
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
    private async ValueTask HandOverLaterAsync(long offset, int octets, bool hashed, CancellationToken cancellationToken)
    {
        await WaitAsync(Count / 2, cancellationToken).ConfigureAwait(false);
        TryHandOver(offset, octets, hashed);
    }

    // Until at most so many pieces are on their way, or there is no use in waiting.
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

    // The next piece for a stage; when there is none, whether it is the last to stop and has to clear up.
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
            // After a failure the rest is of no use to anybody.
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
            // Whatever it is, to whom waits for it.
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

    private record struct Piece(byte[]? Buffer, long Offset, int Octets, bool IsHashed);

    /// <summary>What is done with each piece, one after the other, while there are any.</summary>
    private sealed class Stage(BackgroundWriter writer, Action<BackgroundWriter, Piece> work) : IThreadPoolWorkItem
    {
        /// <summary>How many pieces are done. Under the writer's lock, as the other.</summary>
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
                    // Whatever it is: it is thrown again where somebody can do something about it.
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
