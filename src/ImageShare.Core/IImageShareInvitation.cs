using System.IO.Pipelines;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <summary>
/// An invitation to receive an image, as an application uses it: implemented by <see cref="ImageShareInvitation"/>, whose documentation applies to each member, and
/// by the fakes of an application's own tests. The library never takes one from the application. Members may be added with a default.
/// </summary>
public interface IImageShareInvitation
{
    /// <inheritdoc cref="ImageShareInvitation.Id"/>
    string Id { get; }

    /// <inheritdoc cref="ImageShareInvitation.Caller"/>
    SipUri Caller { get; }

    /// <inheritdoc cref="ImageShareInvitation.CallerDisplayName"/>
    string? CallerDisplayName { get; }

    /// <inheritdoc cref="ImageShareInvitation.IsCallerAsserted"/>
    bool IsCallerAsserted { get; }

    /// <inheritdoc cref="ImageShareInvitation.AssertedIdentities"/>
    IReadOnlyList<SipUri> AssertedIdentities { get; }

    /// <inheritdoc cref="ImageShareInvitation.Image"/>
    InvitedImage Image { get; }

    /// <inheritdoc cref="ImageShareInvitation.Icon"/>
    ImageIcon? Icon { get; }

    /// <inheritdoc cref="ImageShareInvitation.Warnings"/>
    IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc cref="ImageShareInvitation.Withdrawn"/>
    CancellationToken Withdrawn { get; }

    /// <inheritdoc cref="ImageShareInvitation.Completion"/>
    Task<ImageShareResult> Completion { get; }

    /// <inheritdoc cref="ImageShareInvitation.SameSession"/>
    IReadOnlyList<IImageShareInvitation> SameSession { get; }

    /// <inheritdoc cref="ImageShareInvitation.AcceptAsync(IImageStore, AcceptSettings, CancellationToken)"/>
    Task<IImageShareSession> AcceptAsync(IImageStore store, AcceptSettings? settings = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ImageShareInvitation.AcceptAsync(Stream, AcceptSettings?, CancellationToken)"/>
    Task<IImageShareSession> AcceptAsync(Stream destination, AcceptSettings? settings = null, CancellationToken cancellationToken = default) =>
        AcceptAsync(ImageStore.ToStream(destination), settings, cancellationToken);

    /// <inheritdoc cref="ImageShareInvitation.AcceptAsync(PipeWriter, AcceptSettings?, CancellationToken)"/>
    Task<IImageShareSession> AcceptAsync(PipeWriter destination, AcceptSettings? settings = null, CancellationToken cancellationToken = default) =>
        AcceptAsync(ImageStore.ToPipe(destination), settings, cancellationToken);

    /// <inheritdoc cref="ImageShareInvitation.DeclineAsync(DeclineReason, CancellationToken)"/>
    Task DeclineAsync(DeclineReason reason = DeclineReason.ByUser, CancellationToken cancellationToken = default);
}
