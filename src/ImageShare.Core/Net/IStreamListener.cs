using System.Net;

namespace ImageShare.Core.Net;

/// <summary>Accepts stream connections. One accept at a time. Disposing ends a waiting accept and refuses later connections.</summary>
public interface IStreamListener : IAsyncDisposable
{
    /// <summary>The address and port listened on.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Waits for the next connection; null when the listener was disposed.</summary>
    ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken);
}
