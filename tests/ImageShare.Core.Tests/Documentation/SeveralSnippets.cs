using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/several.md.</summary>
internal static class SeveralSnippets
{
    public static async Task<int> ShareAsync(ImageShareClient client, SipUri bob, ImageSource cat, ImageSource dog, ImageIcon icon)
    {
        // snippet: Share
        IReadOnlyList<ImageShareSession> sessions = await client.ShareTogetherAsync(bob, [new SharedImage(cat) { Icon = icon }, new SharedImage(dog)]);
        int arrived = 0;
        foreach (ImageShareSession session in sessions)
        {
            ImageShareResult result = await session.Completion;
            arrived += result.IsCompleted ? 1 : 0;
        }

        // end
        return arrived;
    }

    public static async Task<ImageShareSession[]> ReceiveAsync(ImageShareInvitation invitation, IImageStore store)
    {
        // snippet: Receive
        List<ImageShareSession> taken = [];
        foreach (ImageShareInvitation image in invitation.SameSession)
        {
            if (image.Image.Size < 1_000_000)
            {
                taken.Add(await image.AcceptAsync(store));
            }
            else
            {
                await image.DeclineAsync();
            }
        }

        // end
        return [.. taken];
    }
}
