using ImageShare.Core.Msrp.Connections;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>What a session throws when it cannot be used.</summary>
internal static class SessionErrors
{
    public static ImageShareException PathNotSet() =>
        new(ImageShareError.InvalidState, "The peer's MSRP path is not known; set it from the peer's offer or answer first.");

    /// <exception cref="ImageShareException">The session is over.</exception>
    public static void ThrowIfOver(SessionBinding session)
    {
        if (session.Ended is not { IsCompletedSuccessfully: true, Result: var end })
        {
            return;
        }

        throw new ImageShareException(
            end.Reason == MsrpSessionEndReason.NotTrusted ? ImageShareError.CertificateNotTrusted : ImageShareError.MediaNotConnected,
            $"The MSRP session is over ({end.Reason}); make a new one with a new offer.")
        {
            MsrpStatus = end.Status,
        };
    }
}
