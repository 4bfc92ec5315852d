using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core;

/// <summary>
/// An Image Share endpoint, as an application uses it: implemented by <see cref="ImageShareClient"/>, whose documentation applies to each member, and by the fakes of an
/// application's own tests. Two clients on an <see cref="Net.InMemoryNetwork"/> are usually the better test: they behave as the library does
/// (docs/application-tests.md). Members may be added with a default.
/// </summary>
public interface IImageShareClient : IAsyncDisposable
{
    /// <inheritdoc cref="ImageShareClient.Address"/>
    SipUri Address { get; }

    /// <inheritdoc cref="ImageShareClient.Invitations"/>
    IAsyncEnumerable<IImageShareInvitation> Invitations { get; }

    /// <inheritdoc cref="ImageShareClient.Serving"/>
    IAsyncEnumerable<IImageShareSession> Serving { get; }

    /// <inheritdoc cref="ImageShareClient.Completion"/>
    Task Completion { get; }

    /// <inheritdoc cref="ImageShareClient.Health"/>
    ImageShareHealth Health { get; }

    /// <inheritdoc cref="ImageShareClient.Registration"/>
    SipRegistrationState Registration { get; }

    /// <inheritdoc cref="ImageShareClient.RegistrationChanged"/>
    event EventHandler<SipRegistrationState>? RegistrationChanged;

    /// <inheritdoc cref="ImageShareClient.RegisterAsync"/>
    Task<SipRegistrationState> RegisterAsync(SipRegistrationOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ImageShareClient.UnregisterAsync"/>
    Task<SipRegistrationState> UnregisterAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ImageShareClient.QueryCapabilitiesAsync"/>
    Task<ImageShareCapabilities> QueryCapabilitiesAsync(SipUri peer, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ImageShareClient.ShareAsync"/>
    Task<IImageShareSession> ShareAsync(SipUri peer, ImageSource source, ShareSettings? settings = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ImageShareClient.ShareTogetherAsync"/>
    Task<IReadOnlyList<IImageShareSession>> ShareTogetherAsync(
        SipUri peer, IReadOnlyList<SharedImage> images, ShareSettings? settings = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ImageShareClient.FetchAsync"/>
    Task<IImageShareSession> FetchAsync(
        SipUri peer, ImageSelector wanted, IImageStore store, FetchSettings? settings = null, CancellationToken cancellationToken = default);
}
