using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Calls.Incoming;
using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sip;

namespace ImageShare.Core;

/// <summary>
/// A peer's wish to share an image, waiting for a decision. The peer's phone rings until <see cref="AcceptAsync(IImageStore, CancellationToken)"/>,
/// <see cref="DeclineAsync(CancellationToken)"/>, the answer timeout, or until the peer takes it back (<see cref="Withdrawn"/>). Nothing is accepted unless the
/// application says so. Members may be called from any thread; the first decision counts.
/// </summary>
public sealed class ImageShareInvitation
{
    private readonly OfferedImage _offered;

    private ImageShareInvitation(OfferedImage offered) => _offered = offered;

    /// <summary>The SIP Call-ID of the invitation; those that came <see cref="Together"/> have the same.</summary>
    public string Id => Share.Session.Id;

    /// <summary>
    /// Who invites: the identity a trusted proxy asserts (P-Asserted-Identity; see <see cref="ImsSettings.TrustedProxies"/>), otherwise From, which anybody
    /// can write.
    /// </summary>
    public SipUri Caller => Share.Call.Caller.Uri;

    /// <summary>The caller's own name for itself, or null. Show it escaped.</summary>
    public string? CallerDisplayName => Share.Call.Caller.DisplayName;

    /// <summary>Whether <see cref="Caller"/> is asserted by a trusted proxy and not only claimed by the caller.</summary>
    public bool IsCallerAsserted => Share.Call.IsCallerAsserted;

    /// <summary>
    /// All identities in P-Asserted-Identity, often a sip and a tel URI of the same caller (RFC 3325 §9.1); empty when a trusted proxy asserts
    /// none, and for every invitation that did not come from one.
    /// </summary>
    public IReadOnlyList<SipUri> AssertedIdentities => Share.Call.AssertedIdentities;

    /// <summary>What the invitation says of its image.</summary>
    public InvitedImage Image => _offered.Image;

    /// <summary>The icon that came with the invitation, or null. Hostile input like all else: decode it with care.</summary>
    public ImageIcon? Icon => _offered.Icon;

    /// <summary>What was odd about the invitation and lived with: stable codes, for logs and bug reports.</summary>
    public IReadOnlyList<string> Warnings => _offered.Warnings;

    /// <summary>Cancelled when the invitation is over without this side's decision: the peer took it back, or nobody decided in time.</summary>
    public CancellationToken Withdrawn => Share.Withdrawn;

    /// <summary>
    /// How it all ended, always with a result and never with an exception: declined, withdrawn (<see cref="ImageShareResult.Withdrawal"/> says why), not answered in
    /// time, or, once accepted, as its session ends.
    /// </summary>
    public Task<ImageShareResult> Completion => Share.Session.Completion;

    /// <summary>
    /// The invitations that came in one SIP invitation, this one among them, in the order of its sections (RFC 5547 §8.2.3); most often this one alone. Each
    /// is accepted or declined by itself, and the caller hears of all when the last one is decided: an accepted one waits for it. How many are taken
    /// together is bounded by <see cref="ImageShareLimits.MaxImagesPerInvitation"/>.
    /// </summary>
    public IReadOnlyList<ImageShareInvitation> Together => field ??= [.. _offered.Together.Select(Of)];

    private CalledShare Share => _offered.Share;

    /// <summary>What the application holds of an offered image: always the same one.</summary>
    internal static ImageShareInvitation Of(OfferedImage offered) => offered.Face(static inner => new ImageShareInvitation(inner));

    /// <summary>Takes the image.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="cancellationToken">Stops preparing the store; the invitation then still waits.</param>
    /// <inheritdoc cref="AcceptAsync(IImageStore, AcceptSettings, CancellationToken)"/>
    public Task<ImageShareSession> AcceptAsync(IImageStore store, CancellationToken cancellationToken = default) =>
        AcceptAsync(store, AcceptSettings.Default, cancellationToken);

    /// <summary>Takes the image.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="settings">What else there is to say.</param>
    /// <param name="cancellationToken">Stops preparing the store; the invitation then still waits.</param>
    /// <returns>The session, already connecting, or waiting for the decision on others that came <see cref="Together"/>.</returns>
    /// <exception cref="ImageShareException">
    /// The store cannot take it (<see cref="ImageShareError.StoreNotWritable"/>, <see cref="ImageShareError.DiskFull"/>): the invitation
    /// still waits, for another store or <see cref="DeclineAsync(CancellationToken)"/>. <see cref="ImageShareError.NothingToResume"/>: the rest of an image
    /// was offered (<see cref="InvitedImage.ResumesAt"/>) whose beginning the store has not; it is refused with 488. <see cref="ImageShareError.RelayUnreachable"/>,
    /// <see cref="ImageShareError.RelayRefused"/> or <see cref="ImageShareError.CertificateNotTrusted"/>: a relay of this side; the invitation still waits. <see cref="ImageShareError.InvalidState"/>: it is over
    /// or decided already.
    /// </exception>
    public Task<ImageShareSession> AcceptAsync(IImageStore store, AcceptSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(settings);
        return AcceptCoreAsync(store, settings, cancellationToken);
    }

    /// <summary>Declines for the reason given; otherwise as <see cref="DeclineAsync(CancellationToken)"/>.</summary>
    /// <param name="reason">What the caller is told; beside another image that is accepted it only hears that this one is not (port 0, RFC 5547 §8.3).</param>
    /// <param name="cancellationToken">Stops the waiting, not the declining.</param>
    public async Task DeclineAsync(DeclineReason reason, CancellationToken cancellationToken = default)
    {
        Share.Decline(reason switch
        {
            DeclineReason.Busy => 486,
            DeclineReason.NotStorable => SipOutcome.NotStorable,
            _ => 603,
        });
        if (Share.WasDeclined)
        {
            await Share.Session.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Declines with 603 (IR.79 §3.4); with port 0 when another one of those that came together is accepted (RFC 5547 §8.3). Nothing happens when the invitation is over or decided already.</summary>
    public Task DeclineAsync(CancellationToken cancellationToken = default) => DeclineAsync(DeclineReason.ByUser, cancellationToken);

    private async Task<ImageShareSession> AcceptCoreAsync(IImageStore store, AcceptSettings settings, CancellationToken cancellationToken) =>
        ImageShareSession.Of(await _offered.AcceptAsync(store, settings, cancellationToken).ConfigureAwait(false));
}
