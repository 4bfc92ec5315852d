namespace ImageShare.Core.Images.Stores;

/// <summary>A sink that gives what comes in order to a hash on another thread, while the next octets come. It only stores: what the hash says is for <see cref="VerifyingSink"/>.</summary>
internal interface IHashingSink : IImageSink
{
    /// <summary>Waits until all octets are where they belong; no others follow. When it fails, nothing is left behind.</summary>
    /// <returns>Whether all octets came in order, from the first on, and are in the hash. If not, they have to be read back.</returns>
    ValueTask<bool> FinishAsync(CancellationToken cancellationToken);
}
