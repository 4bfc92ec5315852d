namespace ImageShare.Core.Images.Stores;

/// <summary>A sink that hashes in the background what arrives in order. It only stores; <see cref="VerifyingSink"/> checks the hash.</summary>
internal interface IHashingSink : IImageSink
{
    /// <summary>Waits until all bytes are stored; no writes may follow. If it fails, nothing of the image is left.</summary>
    /// <returns>Whether all bytes arrived in order from the start and are in the hash. If not, they have to be read back.</returns>
    ValueTask<bool> FinishAsync(CancellationToken cancellationToken);
}
