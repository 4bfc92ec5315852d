using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <summary>
/// A share of one image, as an application uses it: implemented by <see cref="ImageShareSession"/>, whose documentation applies to each member, and by the fakes of an
/// application's own tests. The library never takes one from the application. Members may be added with a default.
/// </summary>
public interface IImageShareSession : IAsyncDisposable
{
    /// <inheritdoc cref="ImageShareSession.Id"/>
    string Id { get; }

    /// <inheritdoc cref="ImageShareSession.Index"/>
    int Index { get; }

    /// <inheritdoc cref="ImageShareSession.IsOutgoing"/>
    bool IsOutgoing { get; }

    /// <inheritdoc cref="ImageShareSession.IsCaller"/>
    bool IsCaller { get; }

    /// <inheritdoc cref="ImageShareSession.Peer"/>
    SipUri Peer { get; }

    /// <inheritdoc cref="ImageShareSession.PeerDisplayName"/>
    string? PeerDisplayName { get; }

    /// <inheritdoc cref="ImageShareSession.Image"/>
    ImageSelector Image { get; }

    /// <inheritdoc cref="ImageShareSession.State"/>
    ImageShareState State { get; }

    /// <inheritdoc cref="ImageShareSession.Progress"/>
    ImageShareProgress Progress { get; }

    /// <inheritdoc cref="ImageShareSession.Completion"/>
    Task<ImageShareResult> Completion { get; }

    /// <inheritdoc cref="ImageShareSession.Result"/>
    ImageShareResult? Result { get; }

    /// <inheritdoc cref="ImageShareSession.StateChanged"/>
    event EventHandler<ImageShareState>? StateChanged;

    /// <inheritdoc cref="ImageShareSession.ProgressChanged"/>
    event EventHandler<ImageShareProgress>? ProgressChanged;

    /// <inheritdoc cref="ImageShareSession.CancelAsync"/>
    Task<ImageShareResult> CancelAsync(CancellationToken cancellationToken = default);
}
