using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <content>The members whose types differ in <see cref="IImageShareClient"/>.</content>
public sealed partial class ImageShareClient
{
    IAsyncEnumerable<IImageShareInvitation> IImageShareClient.Invitations => Invitations;

    IAsyncEnumerable<IImageShareSession> IImageShareClient.Serving => Serving;

    async Task<IImageShareSession> IImageShareClient.ShareAsync(SipUri peer, ImageSource source, ShareSettings? settings, CancellationToken cancellationToken) =>
        await ShareAsync(peer, source, settings, cancellationToken).ConfigureAwait(false);

    async Task<IReadOnlyList<IImageShareSession>> IImageShareClient.ShareTogetherAsync(
        SipUri peer, IReadOnlyList<SharedImage> images, ShareSettings? settings, CancellationToken cancellationToken) =>
        await ShareTogetherAsync(peer, images, settings, cancellationToken).ConfigureAwait(false);

    async Task<IImageShareSession> IImageShareClient.FetchAsync(
        SipUri peer, ImageSelector wanted, IImageStore store, FetchSettings? settings, CancellationToken cancellationToken) =>
        await FetchAsync(peer, wanted, store, settings, cancellationToken).ConfigureAwait(false);
}
