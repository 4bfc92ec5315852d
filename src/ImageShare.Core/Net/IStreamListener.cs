using System.Net;

namespace ImageShare.Core.Net;

/// <summary>Accepts stream connections. Only one accept at a time. Disposal ends a pending accept and refuses further connections.</summary>
public interface IStreamListener : IAsyncDisposable
{
    /// <summary>The local address and port.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Waits for the next connection; null if the listener was disposed.</summary>
    ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken = default);
}
