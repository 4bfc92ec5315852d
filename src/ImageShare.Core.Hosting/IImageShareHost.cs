namespace ImageShare.Core.Hosting;

/// <summary>
/// The client that the host runs, for services that share or fetch images. It exists from the start of the host until its stop; the host disposes of it.
/// Thread-safe.
/// </summary>
public interface IImageShareHost
{
    /// <summary>The client.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidState"/>: the host has not started it, or could not.</exception>
    IImageShareClient Client { get; }

    /// <summary>Waits for the client, for services that begin before it or beside it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ImageShareException">The client could not be started.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<IImageShareClient> GetClientAsync(CancellationToken cancellationToken = default);
}
