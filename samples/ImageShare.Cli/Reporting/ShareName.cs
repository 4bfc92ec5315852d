using ImageShare.Core;

namespace ImageShare.Cli.Reporting;

/// <summary>Identifies one of several shares.</summary>
/// <param name="Session">Its session, or null if there was none.</param>
/// <param name="Index">Its index in the invitation, starting at 0.</param>
/// <param name="Image">The name of its image, or null.</param>
internal sealed record ShareName(string? Session, int Index, string? Image)
{
    public static ShareName Of(ImageShareSession session) => new(session.Id, session.Index, session.ImageName);

    public static ShareName Of(ImageShareInvitation invitation) => new(invitation.Id, IndexOf(invitation), invitation.Image.Name);

    private static int IndexOf(ImageShareInvitation invitation) => invitation.SameSession.TakeWhile(other => other != invitation).Count();
}
