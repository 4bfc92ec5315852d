using ImageShare.Core;
namespace ImageShare.Cli;

/// <summary>Which share of several is spoken of.</summary>
/// <param name="Session">Its session, or null when it never came to one.</param>
/// <param name="Index">Its place among the images of one invitation, from 0.</param>
/// <param name="Image">The name of its image, or null.</param>
internal sealed record ShareName(string? Session, int Index, string? Image)
{
    public static ShareName Of(ImageShareSession session) => new(session.Id, session.Index, session.ImageName);

    public static ShareName Of(ImageShareInvitation invitation) => new(invitation.Id, IndexOf(invitation), invitation.Image.Name);

    private static int IndexOf(ImageShareInvitation invitation) => invitation.SameSession.TakeWhile(other => other != invitation).Count();
}
