using ImageShare.Core.Sharing;

namespace ImageShare.Cli;

/// <summary>Which share of several is spoken of.</summary>
/// <param name="Session">Its session, or null when it never came to one.</param>
/// <param name="Section">Its place in an offer of several images, from 0.</param>
/// <param name="Image">The name of its image, or null.</param>
internal sealed record ShareName(string? Session, int Section, string? Image)
{
    public static ShareName Of(ImageShareSession session) => new(session.Id, 0, session.ImageName);

    public static ShareName Of(ImageShareInvitation invitation) => new(invitation.Id, 0, invitation.Image.Name);
}
