using System.IO.Pipelines;
using System.Net;

namespace ImageShare.Core.Net;

/// <summary>
/// An open stream connection as a pair of pipes. There may be one reader and one writer, which may overlap. A read that completes without
/// data is an orderly shutdown by the peer; an <see cref="IOException"/> from a pipe means that the connection was lost. Disposal does not
/// flush: flush first, and dispose when no read is pending. Disposal shuts down the sending side, waits about a second for the peer's
/// shutdown so that the last bytes are not lost to a reset, and releases the connection.
/// </summary>
public interface IStreamConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>The local address and port.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>The remote address and port.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>
    /// A hint set by the reader before a read: whether input is expected soon. If so, the read may wait with a buffer, which saves a system
    /// call; otherwise it should wait without one, because thousands of connections may be idle. May be ignored.
    /// </summary>
    bool ExpectsInput
    {
        get => false;
        set
        {
        }
    }

    /// <summary>Resets the connection: pending reads and writes end, and the peer sees a reset. Thread-safe; may be called at any time.</summary>
    void Abort();
}
