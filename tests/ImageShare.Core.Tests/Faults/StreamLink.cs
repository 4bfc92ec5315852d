using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Tests.Faults;

/// <summary>TCP to one address: every connection to it is continued to where the program really is.</summary>
internal sealed class StreamLink : IAsyncDisposable
{
    // Small, so that a connection that is not read soon has a window of zero.
    private const int BufferSize = 16 * 1024;

    private readonly IPEndPoint _target;
    private readonly IPAddress _from;
    private readonly Socket _listener;
    private readonly Task _accepting;
    private readonly Lock _lock = new();
    private readonly List<StreamPair> _pairs = [];
    private readonly CancellationTokenSource _over = new();

    /// <param name="advertised">Where it listens.</param>
    /// <param name="target">Where the program listens that advertises it.</param>
    /// <param name="from">The address that diallers advertise: the target sees it as theirs (RFC 3261 §18.2.1).</param>
    public StreamLink(IPEndPoint advertised, IPEndPoint target, IPAddress from)
    {
        _target = target;
        _from = from;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = BufferSize };
        _listener.Bind(advertised);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Passed by what diallers send.</summary>
    public Gate Up { get; } = new();

    /// <summary>Passed by what diallers are sent.</summary>
    public Gate Down { get; } = new();

    /// <summary>The connections so far, those that ended too.</summary>
    public IReadOnlyList<StreamPair> Pairs
    {
        get
        {
            lock (_lock)
            {
                return [.. _pairs];
            }
        }
    }

    /// <summary>Nothing passes in either direction; it waits.</summary>
    public void Cut()
    {
        Up.Close();
        Down.Close();
    }

    public void Restore()
    {
        Up.Open();
        Down.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Dispose();
        foreach (StreamPair pair in Pairs)
        {
            pair.Reset();
            pair.Dispose();
        }

        Restore();
        await Task.WhenAll(Pairs.Select(static pair => pair.Done));
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket dialler = await _listener.AcceptAsync(_over.Token);
                var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = BufferSize };
                dialler.NoDelay = true;
                target.Bind(new IPEndPoint(_from, 0));
                try
                {
                    await target.ConnectAsync(_target, _over.Token);
                }
                catch (SocketException)
                {
                    // Nobody there: the nearest to a refusal that is possible after accepting.
                    dialler.LingerState = new LingerOption(true, 0);
                    dialler.Dispose();
                    target.Dispose();
                    continue;
                }

                lock (_lock)
                {
                    _pairs.Add(new StreamPair(dialler, target, Up, Down));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The link is closed.
        }
    }
}
