using System.Net.Sockets;

namespace ImageShare.Core.Tests.Faults;

/// <summary>One TCP connection in two halves: what is read from one is written to the other, and its end is passed on as it came.</summary>
internal sealed class StreamPair : IDisposable
{
    private readonly Socket _dialler;
    private readonly Socket _target;
    private volatile Socket? _ended;

    /// <param name="dialler">The accepted connection.</param>
    /// <param name="target">The connection to where it was meant for.</param>
    /// <param name="up">Passed by what the dialler sends.</param>
    /// <param name="down">Passed by what the dialler is sent.</param>
    public StreamPair(Socket dialler, Socket target, Gate up, Gate down)
    {
        _dialler = dialler;
        _target = target;
        Done = Task.WhenAll(PumpAsync(dialler, target, up), PumpAsync(target, dialler, down));
    }

    /// <summary>Both directions have ended.</summary>
    public Task Done { get; }

    /// <summary>Ends both halves with a RST.</summary>
    public void Reset()
    {
        foreach (Socket socket in (Socket[])[_dialler, _target])
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has ended before.
            }

            socket.Close();
        }
    }

    /// <summary>Half-close: the dialler gets a FIN, and what the target still sends is lost. The dialler may go on sending.</summary>
    public void EndTowardsDialler() => End(_dialler);

    /// <summary>Half-close: the target gets a FIN, and what the dialler still sends is lost. The target may go on sending.</summary>
    public void EndTowardsTarget() => End(_target);

    public void Dispose()
    {
        _dialler.Dispose();
        _target.Dispose();
    }

    private void End(Socket socket)
    {
        _ended = socket;
        Shutdown(socket);
    }

    private static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended before.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Gate gate)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                await gate.PassAsync();
                int read = await from.ReceiveAsync(buffer);
                await gate.PassAsync();
                if (read == 0)
                {
                    Shutdown(to);
                    return;
                }

                for (int sent = 0; sent < read && _ended != to;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A RST stays a RST.
            Reset();
        }
    }
}
