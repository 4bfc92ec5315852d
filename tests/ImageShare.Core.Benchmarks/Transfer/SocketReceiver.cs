using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>A plain listening socket that serves one connection: the receiving end of the baselines.</summary>
internal sealed class SocketReceiver : ITransferReceiver
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SocketReceiver(Func<Socket, Task> serve)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Completion = Task.Run(async () =>
        {
            using Socket socket = await _listener.AcceptAsync();
            socket.NoDelay = true;
            await serve(socket);
        });
    }

    public string Address => ((IPEndPoint)_listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);

    public Task Completion { get; }

    public static async Task<Socket> DialAsync(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, int.Parse(address, CultureInfo.InvariantCulture));
        return socket;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
