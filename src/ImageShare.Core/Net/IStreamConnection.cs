using System.IO.Pipelines;
using System.Net;

namespace ImageShare.Core.Net;

/// <summary>
/// An open stream connection as a pair of pipes. One reader and one writer at a time; the two may overlap.
/// A read that completes with no data is the peer's orderly end; an <see cref="IOException"/> out of the pipes is a lost connection.
/// Disposing flushes nothing: flush first, then dispose, when no read is under way any more. Disposing sends the end of the stream to the
/// peer, waits about a second at most for the peer's own end, so that what was said last is not lost to a reset, and releases the connection.
/// </summary>
public interface IStreamConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>This end.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>The other end.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>
    /// Whether more is about to come. A hint, given before a read by whoever reads: the read may then wait with a buffer at hand, which saves a system call;
    /// otherwise it had better wait without one, for thousands of connections may lie idle. Need not be heeded.
    /// </summary>
    bool ExpectsInput
    {
        get => false;
        set
        {
        }
    }

    /// <summary>Drops the connection at once: pending reads and writes end, the peer sees a reset. Safe to call at any time, from any thread.</summary>
    void Abort();
}
