using System.Collections.Concurrent;
using System.Net;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Support;

/// <summary>An in-memory network whose sockets can be made to fail from now on, as when the system takes them away.</summary>
internal sealed class DyingNetwork : INetwork
{
    private readonly InMemoryNetwork _inner = new();
    private readonly ConcurrentDictionary<(int Port, bool IsStream), TaskCompletionSource<Exception?>> _deaths = new();

    /// <summary>Every receive or accept on the port fails; null ends a listener as if it was disposed.</summary>
    public void Kill(int port, bool isStream, Exception? failure) => _deaths[(port, isStream)].SetResult(failure);

    public IDatagramSocket BindDatagram(IPEndPoint local)
    {
        IDatagramSocket socket = _inner.BindDatagram(local);
        return new Socket(socket, _deaths[(socket.LocalEndPoint.Port, false)] = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    public IStreamListener Listen(IPEndPoint local)
    {
        IStreamListener listener = _inner.Listen(local);
        return new Listener(listener, _deaths[(listener.LocalEndPoint.Port, true)] = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => _inner.ConnectAsync(remote, cancellationToken);

    public IPAddress GetLocalAddressFor(IPAddress remote) => _inner.GetLocalAddressFor(remote);

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => _inner.ResolveAsync(host, cancellationToken);

    private static async Task<T?> OrDeathAsync<T>(Task<T?> working, Task<Exception?> death)
        where T : class
    {
        await Task.WhenAny(working, death);
        return !death.IsCompleted ? await working : await death is { } failure ? throw failure : null;
    }

    private sealed class Listener(IStreamListener inner, TaskCompletionSource<Exception?> death) : IStreamListener
    {
        private Task<IStreamConnection?>? _accepting;

        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            _accepting ??= inner.AcceptAsync(cancellationToken).AsTask();
            IStreamConnection? accepted = await OrDeathAsync(_accepting, death.Task);
            _accepting = null;
            return accepted;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Socket(IDatagramSocket inner, TaskCompletionSource<Exception?> death) : IDatagramSocket
    {
        private Task<ReceivedDatagram>? _receiving;

        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken) => inner.SendAsync(datagram, remote, cancellationToken);

        public async ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            _receiving ??= inner.ReceiveAsync(buffer, cancellationToken).AsTask();
            await Task.WhenAny(_receiving, death.Task);
            if (death.Task.IsCompleted)
            {
                throw (await death.Task)!;
            }

            ReceivedDatagram datagram = await _receiving;
            _receiving = null;
            return datagram;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
