using System.Threading.Channels;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Share;

/// <summary>Two clients on loopback, one image after the other from the first to the second.</summary>
internal sealed class SharePair : IAsyncDisposable
{
    private readonly ImageShareClient _caller;
    private readonly ImageShareClient _callee;
    private readonly ImageSource _image;
    private readonly ShareSettings _settings;
    private readonly Channel<ImageShareResult> _received = Channel.CreateUnbounded<ImageShareResult>();

    private SharePair(ImageShareClient caller, ImageShareClient callee, int size, bool queries)
    {
        (_caller, _callee) = (caller, callee);
        byte[] bytes = new byte[size];
        new Random(1).NextBytes(bytes);
        "\x89PNG\r\n\x1a\n"u8.CopyTo(bytes);
        _image = ImageSource.FromBytes(bytes, "small.png", new MediaType("image", "png"));
        _settings = new ShareSettings { QueryFirst = queries };
        _ = ReceiveAsync();
    }

    /// <param name="size">The size of the image in bytes.</param>
    /// <param name="queries">Whether OPTIONS goes before each invitation.</param>
    /// <param name="networkOf">The network of the end that calls, and of the other.</param>
    public static async Task<SharePair> StartAsync(int size, bool queries, Func<bool, INetwork> networkOf)
    {
        ImageShareClient caller = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = networkOf(true) }).ConfigureAwait(false);
        ImageShareClient callee = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:bob@ims.example"), Network = networkOf(false) }).ConfigureAwait(false);
        return new SharePair(caller, callee, size, queries);
    }

    /// <summary>Shares the image once, until both ends have their result.</summary>
    public async Task ShareAsync()
    {
        await using ImageShareSession session = await _caller.ShareAsync(_callee.Address, _image, _settings).ConfigureAwait(false);
        ImageShareResult sent = await session.Completion.ConfigureAwait(false);
        ImageShareResult received = await _received.Reader.ReadAsync().ConfigureAwait(false);
        if (!sent.IsCompleted || !received.IsCompleted)
        {
            throw new InvalidOperationException($"The share did not complete: {sent.Error} {sent.Message} / {received.Error} {received.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync().ConfigureAwait(false);
        await _callee.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            await foreach (ImageShareInvitation invitation in _callee.Invitations.ConfigureAwait(false))
            {
                await using ImageShareSession session = await invitation.AcceptAsync(ImageStore.InMemory()).ConfigureAwait(false);
                _received.Writer.TryWrite(await session.Completion.ConfigureAwait(false));
            }
        }
        catch (Exception e)
        {
            // Whatever it was, the share that waits shows it.
            _received.Writer.TryComplete(e);
        }
    }
}
