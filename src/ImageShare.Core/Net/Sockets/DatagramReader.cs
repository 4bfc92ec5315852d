using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace ImageShare.Core.Net.Sockets;

/// <summary>
/// Receives datagrams on a thread of its own, which waits for them in the kernel. What awaits a datagram continues on that thread: on the thread pool, each datagram
/// costs two changes of thread. The thread starts with the first receive and ends with the socket. One receive at a time; <see cref="CloseAsync"/> may be called by any thread.
/// </summary>
/// <remarks>
/// Only where closing a socket ends such a wait (<see cref="IsSupported"/>). The socket must never be used asynchronously: the runtime then makes it non-blocking.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "CloseAsync releases the socket, and with it the thread.")]
internal sealed class DatagramReader(Socket socket) : IValueTaskSource<int>
{
    // Some tens of microseconds: what a peer nearby needs for an answer, and about what the system needs to wake a thread.
    private const int Looks = 40;

    // After so many waits in a row in which looking found nothing, only one wait in sixteen begins with it.
    private const int MostFruitless = 8;
    private const int WaitsBetweenTrials = 15;

    private readonly object _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;

    // Of the thread alone: waits in a row in which looking found nothing, and the waits that are to begin without it.
    private int _fruitless;
    private int _withoutLooking;

    // Guarded by the gate. The wait, its buffer and its address belong to the thread once it has taken them.
    private ManualResetValueTaskSourceCore<int> _wait;
    private CancellationTokenRegistration _cancelling;
    private Memory<byte> _buffer;
    private SocketAddress _from = null!;
    private bool _isWaiting;
    private bool _isClosed;

    /// <summary>Linux: elsewhere, nothing or not reliably ends a wait for a datagram in another thread.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>As <see cref="Socket.ReceiveFromAsync(Memory{byte}, SocketFlags, SocketAddress, CancellationToken)"/>. Completes at once only on the thread, if more has arrived.</summary>
    public ValueTask<int> ReceiveFromAsync(Memory<byte> buffer, SocketAddress from, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Thread.CurrentThread == _thread && socket.Available > 0)
        {
            return new ValueTask<int>(socket.ReceiveFrom(buffer.Span, SocketFlags.None, from));
        }

        ValueTask<int> waiting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, socket);
            if (_thread is null)
            {
                // Known only once it runs: the system may refuse another thread, and closing would wait for it.
                var thread = new Thread(Run) { IsBackground = true, Name = $"UDP {((IPEndPoint)socket.LocalEndPoint!).Port}" };
                thread.UnsafeStart();
                _thread = thread;
            }

            _wait.Reset();
            (_buffer, _from, _isWaiting) = (buffer, from, true);
            waiting = new ValueTask<int>(this, _wait.Version);
            Monitor.Pulse(_gate);
        }

        _cancelling = cancellationToken.UnsafeRegister(static (reader, token) => ((DatagramReader)reader!).EndWait(new OperationCanceledException(token)), this);
        return waiting;
    }

    /// <summary>Closes the socket. A receive that waits fails.</summary>
    /// <returns>Completes when the thread has ended.</returns>
    public Task CloseAsync()
    {
        Thread? thread;
        lock (_gate)
        {
            _isClosed = true;
            thread = _thread;
            Monitor.Pulse(_gate);
        }

        socket.Dispose();
        return thread is null ? Task.CompletedTask : _ended.Task;
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        _cancelling.Dispose();
        _cancelling = default;
        return _wait.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private void Run()
    {
        while (WaitInKernel() && TakeWait())
        {
            int length;
            try
            {
                length = socket.ReceiveFrom(_buffer.Span, SocketFlags.None, _from);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                _wait.SetException(e);
                continue;
            }

            _wait.SetResult(length);
        }

        EndWait(new ObjectDisposedException(nameof(Socket)));
        _ended.SetResult();
    }

    // Before a receive is there to take it: cancelling that must not wait for the kernel. False if the socket is closed already.
    private bool WaitInKernel()
    {
        try
        {
            if (!ComesSoon())
            {
                socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
            }

            return true;
        }
        catch (SocketException)
        {
            // The receive fails too, and has somebody to tell.
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    // Looks a few times before the thread sleeps, as the thread pool does: to wake it costs more than most answers of a peer nearby. Where no datagram
    // follows the one before that soon, it is hardly tried.
    private bool ComesSoon()
    {
        if (_withoutLooking > 0)
        {
            _withoutLooking--;
            return false;
        }

        for (int i = 0; i < Looks; i++)
        {
            if (socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
            {
                _fruitless = 0;
                return true;
            }

            Thread.Yield();
        }

        _fruitless = Math.Min(_fruitless + 1, MostFruitless);
        _withoutLooking = _fruitless == MostFruitless ? WaitsBetweenTrials : 0;
        return false;
    }

    // There is a datagram, or an error, or the socket is being closed: then false.
    private bool TakeWait()
    {
        lock (_gate)
        {
            while (!_isWaiting && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            if (_isClosed)
            {
                return false;
            }

            (_isWaiting, _wait.RunContinuationsAsynchronously) = (false, false);
            return true;
        }
    }

    private void EndWait(Exception error)
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                return;
            }

            // Not on the thread of the caller, which may hold locks.
            (_isWaiting, _wait.RunContinuationsAsynchronously) = (false, true);
        }

        _wait.SetException(error);
    }
}
