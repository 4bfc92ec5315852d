using System.IO.Pipelines;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/streams.md.</summary>
internal static class StreamSnippets
{
    public static async Task<ImageShareResult> SendAsync(ImageShareClient client, SipUri bob, Stream upload, CancellationToken cancellationToken)
    {
        // snippet: Send
        var limits = new ImageSpoolOptions { MaxSize = 20 * 1024 * 1024 };
        using ImageSource source = await ImageSource.FromStreamAsync(upload, "beach.jpg", options: limits, cancellationToken: cancellationToken);

        await using ImageShareSession session = await client.ShareAsync(bob, source, cancellationToken: cancellationToken);
        ImageShareResult result = await session.Completion;
        // end
        return result;
    }

    public static async Task<bool> ReceiveAsync(ImageShareInvitation invitation, string path)
    {
        // snippet: Receive
        await using FileStream file = File.Create(path);
        await using ImageShareSession session = await invitation.AcceptAsync(file);
        ImageShareResult result = await session.Completion;
        if (!result.IsCompleted)
        {
            file.SetLength(0);     // what came of it is no image
        }

        bool isTheOfferedOne = result.IsVerified;
        // end
        return isTheOfferedOne;
    }

    public static async Task<long> PipeAsync(ImageShareInvitation invitation, Func<PipeReader, Task<long>> decodeAsync)
    {
        // snippet: Pipe
        var pipe = new Pipe();
        await using ImageShareSession session = await invitation.AcceptAsync(pipe.Writer);
        long pixels = await decodeAsync(pipe.Reader);     // throws if the image does not arrive whole
        ImageShareResult result = await session.Completion;
        // end
        return result.IsCompleted ? pixels : 0;
    }
}
