using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace ImageShare.Core.Images;

/// <summary>
/// Hashes and writes one piece of an image on another thread while the next one is being gathered. There are two buffers and no
/// more: who comes with the second while the first is not done waits. Order is kept. One caller at a time.
/// </summary>
/// <remarks>
/// What fails there is told by the next call here. The file and the hash may be touched by the caller only between <see cref="FinishAsync"/> and
/// the next hand-over; they are released by <see cref="ReleaseAsync"/> when nobody uses them any more, at whatever time that is called.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore holds nothing as long as nobody asks for its wait handle, and who releases this object keeps it for good.")]
internal sealed class BackgroundWriter(IPartialFile file, ImageHasher hasher, int length) : IThreadPoolWorkItem
{
    // Taken while a piece is being worked on, and for good by who releases.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private byte[] _working = ArrayPool<byte>.Shared.Rent(length);
    private long _offset;
    private int _octets;
    private bool _hashed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Where the next piece is gathered: octets up to the length given are the caller's until handed over.</summary>
    public byte[] Buffer { get; private set; } = ArrayPool<byte>.Shared.Rent(length);

    /// <summary>Hands over what is in <see cref="Buffer"/> and gives another buffer in its place.</summary>
    /// <param name="offset">Where the octets belong.</param>
    /// <param name="octets">How many they are.</param>
    /// <param name="hashed">Whether they continue the hash.</param>
    /// <param name="cancellationToken">Ends the wait for the piece before.</param>
    public ValueTask HandOverAsync(long offset, int octets, bool hashed, CancellationToken cancellationToken)
    {
        Task turn = _turn.WaitAsync(cancellationToken);
        if (!turn.IsCompletedSuccessfully)
        {
            return AwaitAsync();
        }

        Begin();
        return ValueTask.CompletedTask;

        async ValueTask AwaitAsync()
        {
            await turn.ConfigureAwait(false);
            Begin();
        }

        void Begin()
        {
            ThrowIfFailed();
            (Buffer, _working) = (_working, Buffer);
            (_offset, _octets, _hashed) = (offset, octets, hashed);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Waits until all that was handed over is hashed and written.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
        _turn.Release();
    }

    /// <summary>Closes the file and gives everything back, as soon as no piece is being worked on. Once only; no other call may follow.</summary>
    /// <param name="released">What is left to do then.</param>
    public ValueTask ReleaseAsync(Action released)
    {
        Task turn = _turn.WaitAsync(CancellationToken.None);
        if (!turn.IsCompletedSuccessfully)
        {
            return AwaitAsync();
        }

        Release();
        return ValueTask.CompletedTask;

        async ValueTask AwaitAsync()
        {
            await turn.ConfigureAwait(false);
            Release();
        }

        void Release()
        {
            file.Dispose();
            hasher.Dispose();
            ArrayPool<byte>.Shared.Return(_working);
            ArrayPool<byte>.Shared.Return(Buffer);
            released();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            ReadOnlySpan<byte> octets = _working.AsSpan(0, _octets);
            if (_hashed)
            {
                hasher.Append(octets);
            }

            file.Write(_offset, octets);
        }
        catch (Exception e)
        {
            // Whatever it is: it is thrown again where somebody can do something about it.
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _turn.Release();
        }
    }

    // The turn is held here, and given back so that the release can take it.
    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            _turn.Release();
            _failure.Throw();
        }
    }
}
