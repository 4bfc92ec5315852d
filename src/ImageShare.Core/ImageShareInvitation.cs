using System.IO.Pipelines;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Calls.Incoming;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <summary>
/// An invitation to receive an image, waiting for a decision. The caller hears ringing until <see cref="AcceptAsync(IImageStore,
/// CancellationToken)"/> or <see cref="DeclineAsync(CancellationToken)"/> is called, the answer timeout expires, or the caller cancels (<see
/// cref="Withdrawn"/>). Nothing is accepted unless the application says so. Members are thread-safe; the first decision counts.
/// </summary>
public sealed class ImageShareInvitation : IImageShareInvitation
{
    private readonly OfferedImage _offered;

    private ImageShareInvitation(OfferedImage offered) => _offered = offered;

    /// <summary>The SIP Call-ID of the invitation. All images of one invitation (<see cref="SameSession"/>) have the same one.</summary>
    public string Id => Share.Session.Id;

    /// <summary>
    /// The caller: the identity asserted by a trusted proxy (P-Asserted-Identity; see <see cref="ImsSettings.TrustedProxies"/>), otherwise
    /// the From address, which anyone can forge.
    /// </summary>
    public SipUri Caller => Share.Call.Caller.Uri;

    /// <summary>The display name chosen by the caller, or null. Escape it before display.</summary>
    public string? CallerDisplayName => Share.Call.Caller.DisplayName;

    /// <summary>Whether <see cref="Caller"/> was asserted by a trusted proxy rather than just claimed by the caller.</summary>
    public bool IsCallerAsserted => Share.Call.IsCallerAsserted;

    /// <summary>
    /// All identities in P-Asserted-Identity, often a sip and a tel URI of the same caller (RFC 3325 §9.1). Empty unless the invitation came
    /// from a trusted proxy that asserts some.
    /// </summary>
    public IReadOnlyList<SipUri> AssertedIdentities => Share.Call.AssertedIdentities;

    /// <summary>What the invitation says about the image.</summary>
    public InvitedImage Image => _offered.Image;

    /// <summary>The icon in the invitation, or null. It is untrusted input: decode it with care.</summary>
    public ImageIcon? Icon => _offered.Icon;

    /// <summary>Tolerated faults in the invitation, as stable codes for logs and bug reports.</summary>
    public IReadOnlyList<string> Warnings => _offered.Warnings;

    /// <summary>Cancelled when the invitation ends without a decision of this side: the caller cancelled it, or the answer timeout expired.</summary>
    public CancellationToken Withdrawn => Share.Withdrawn;

    /// <summary>
    /// Completes when the invitation is declined, withdrawn (see <see cref="ImageShareResult.Withdrawal"/>) or times out, or, if it was
    /// accepted, when its session ends. Never faults.
    /// </summary>
    public Task<ImageShareResult> Completion => Share.Session.Completion;

    /// <summary>
    /// All images of the same SIP invitation, including this one, in the order of the media sections (RFC 5547 §8.2.3); usually just this
    /// one. Each is accepted or declined separately. The answer is sent after the last decision, so an accepted image waits for the others.
    /// The number is limited by <see cref="ImageShareLimits.MaxImagesPerInvitation"/>.
    /// </summary>
    public IReadOnlyList<ImageShareInvitation> SameSession => field ??= [.. _offered.SameSession.Select(Of)];

    private CalledShare Share => _offered.Share;

    /// <summary>The public object for an offered image; always the same instance.</summary>
    internal static ImageShareInvitation Of(OfferedImage offered) => offered.Face.Of(offered, static inner => new ImageShareInvitation(inner));

    /// <summary>Accepts the image.</summary>
    /// <inheritdoc cref="AcceptAsync(IImageStore, AcceptSettings?, CancellationToken)"/>
    public Task<ImageShareSession> AcceptAsync(IImageStore store, CancellationToken cancellationToken) =>
        AcceptAsync(store, AcceptSettings.Default, cancellationToken);

    /// <summary>Accepts the image.</summary>
    /// <param name="store">The store for the image.</param>
    /// <param name="settings">The settings; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels preparing the store; the invitation then still waits for a decision.</param>
    /// <returns>The session, which connects at once, or after the decision on the other images of the invitation (<see cref="SameSession"/>).</returns>
    /// <exception cref="ImageShareException">
    /// <see cref="ImageShareError.StoreNotWritable"/> or <see cref="ImageShareError.DiskFull"/>: the store cannot take the image; the
    /// invitation still waits, and can be accepted with another store or declined. <see cref="ImageShareError.NothingToResume"/>: the peer
    /// offered the rest of an image (<see cref="InvitedImage.ResumesAt"/>) and the store does not have the beginning; the invitation was
    /// refused with 488. <see cref="ImageShareError.RelayUnreachable"/>, <see cref="ImageShareError.RelayRefused"/> or <see
    /// cref="ImageShareError.CertificateNotTrusted"/>: a relay of this side failed; the invitation still waits. <see
    /// cref="ImageShareError.InvalidState"/>: the invitation is over or already decided.
    /// </exception>
    /// <example><code source="tests/ImageShare.Core.Tests/Documentation/ApiExamples.cs" region="Receive" /></example>
    public Task<ImageShareSession> AcceptAsync(IImageStore store, AcceptSettings? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return AcceptCoreAsync(store, settings ?? AcceptSettings.Default, cancellationToken);
    }

    /// <summary>
    /// Accepts the image and writes it to a stream as it arrives. The result of the session says whether it arrived whole
    /// (<see cref="ImageShareResult.IsCompleted"/>) and whether its hash was checked (<see cref="ImageShareResult.IsVerified"/>): do not use the bytes before. What a
    /// failed share has written stays in the stream, for the application to discard.
    /// </summary>
    /// <param name="destination">
    /// Where to write to, from its position on, in pieces of some 64 KiB. It stays the caller's, is used until <see cref="ImageShareSession.Completion"/>, and is
    /// neither closed nor cut. A slow stream slows the sender down, and with it the other images of the same invitation.
    /// </param>
    /// <param name="settings">The settings, or null for the defaults.</param>
    /// <param name="cancellationToken">Cancels accepting; the invitation then still waits for a decision.</param>
    /// <returns>The session, as for a store. The rest of an image (<see cref="InvitedImage.ResumesAt"/>) is refused, and the peer may then offer the whole.</returns>
    /// <exception cref="ImageShareException">As for a store.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    public Task<ImageShareSession> AcceptAsync(Stream destination, AcceptSettings? settings = null, CancellationToken cancellationToken = default) =>
        AcceptCoreAsync(ImageStore.ToStream(destination), settings ?? AcceptSettings.Default, cancellationToken);

    /// <summary>Accepts the image and writes it to a pipe as it arrives, each chunk at once; otherwise like the method for a stream.</summary>
    /// <param name="destination">
    /// Where to write to. It belongs to this call, which completes it: when the image is complete and verified; with an <see cref="ImageShareException"/> if the
    /// share ends otherwise, and also if this method throws, so that the reader always ends and cannot take a part for the whole. While the reader is behind,
    /// the sender waits. A reader that ends early fails the share with <see cref="ImageShareError.StoreNotWritable"/>.
    /// </param>
    /// <param name="settings">The settings, or null for the defaults.</param>
    /// <param name="cancellationToken">Cancels accepting; the invitation then still waits for a decision.</param>
    /// <returns>The session, as for a store. The rest of an image (<see cref="InvitedImage.ResumesAt"/>) is refused, and the peer may then offer the whole.</returns>
    /// <exception cref="ImageShareException">As for a store.</exception>
    public async Task<ImageShareSession> AcceptAsync(PipeWriter destination, AcceptSettings? settings = null, CancellationToken cancellationToken = default)
    {
        IImageStore store = ImageStore.ToPipe(destination);
        try
        {
            return await AcceptCoreAsync(store, settings ?? AcceptSettings.Default, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Completing a pipe again has no effect.
            await destination.CompleteAsync(e).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Declines with 603 (IR.79 §3.4) or the status of another reason, or with port 0 if another image of the same invitation is accepted (RFC 5547
    /// §8.3). Does nothing if the invitation is over or already decided.
    /// </summary>
    /// <param name="reason">The reason sent to the caller. If another image of the same invitation is accepted, the caller only learns that
    /// this one is not (port 0, RFC 5547 §8.3).</param>
    /// <param name="cancellationToken">Cancels waiting for the end, not the decline itself.</param>
    public async Task DeclineAsync(DeclineReason reason = DeclineReason.ByUser, CancellationToken cancellationToken = default)
    {
        Share.Decline(reason switch
        {
            DeclineReason.Busy => 486,
            DeclineReason.NotStorable => SipOutcome.NotStorable,
            _ => SipStatus.Decline,
        });
        if (Share.WasDeclined)
        {
            await Share.Session.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Declines because the user did.</summary>
    /// <inheritdoc cref="DeclineAsync(DeclineReason, CancellationToken)"/>
    public Task DeclineAsync(CancellationToken cancellationToken) => DeclineAsync(DeclineReason.ByUser, cancellationToken);

    IReadOnlyList<IImageShareInvitation> IImageShareInvitation.SameSession => SameSession;

    async Task<IImageShareSession> IImageShareInvitation.AcceptAsync(IImageStore store, AcceptSettings? settings, CancellationToken cancellationToken) =>
        await AcceptAsync(store, settings ?? AcceptSettings.Default, cancellationToken).ConfigureAwait(false);

    async Task<IImageShareSession> IImageShareInvitation.AcceptAsync(Stream destination, AcceptSettings? settings, CancellationToken cancellationToken) =>
        await AcceptAsync(destination, settings, cancellationToken).ConfigureAwait(false);

    async Task<IImageShareSession> IImageShareInvitation.AcceptAsync(PipeWriter destination, AcceptSettings? settings, CancellationToken cancellationToken) =>
        await AcceptAsync(destination, settings, cancellationToken).ConfigureAwait(false);

    private async Task<ImageShareSession> AcceptCoreAsync(IImageStore store, AcceptSettings settings, CancellationToken cancellationToken) =>
        ImageShareSession.Of(await _offered.AcceptAsync(store, settings, cancellationToken).ConfigureAwait(false));
}
