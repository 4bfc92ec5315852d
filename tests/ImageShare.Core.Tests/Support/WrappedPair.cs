using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Support;

/// <summary>
/// Two clients, one of which sends its image wrapped: in message/cpim, because the other says that it takes it so only; or in a multipart, which the library reads
/// and never sends, so its offer and the type of its message are changed on the way. The image is the same block of random octets over and over.
/// </summary>
internal sealed class WrappedPair : IAsyncDisposable
{
    public const string Cpim = "message/cpim";
    public const string Multipart = "multipart/mixed;boundary=b";

    private const int BlockLength = 64 * 1024;
    private const string Sent = "image/as-long-as-the-other";

    private static readonly byte[] Head = "--b\r\nContent-Type: image/png\r\n\r\n"u8.ToArray();
    private static readonly byte[] Tail = "\r\n--b--\r\n"u8.ToArray();

    private readonly bool _isMultipart;
    private readonly long _blocks;
    private readonly byte[] _block = new byte[BlockLength];
    private readonly string[] _offered;
    private readonly string[] _around;

    private WrappedPair(string type, long blocks)
    {
        (_isMultipart, _blocks) = (type == Multipart, blocks);
        new Random(5547).NextBytes(_block);
        using RepeatedOctets image = Open(false);
        _offered = [$"type:image/png size:{image.Length}", HashOf(image)];
        using RepeatedOctets around = Open(_isMultipart);
        _around = [$"type:{Sent} size:{around.Length}", HashOf(around)];
    }

    public long ImageLength => _blocks * BlockLength;

    public ImageShareClient Alice { get; private set; } = null!;

    public ImageShareClient Bob { get; private set; } = null!;

    /// <summary>What the sending of an image waits for in the middle; nothing when it is null.</summary>
    public Task? Middle { get; set; }

    /// <summary>What is read to be sent: describing an image has its own.</summary>
    public RepeatedOctets? Sending { get; private set; }

    public static async Task<WrappedPair> StartAsync(INetwork network, string type, long blocks, int atATime = 1)
    {
        var pair = new WrappedPair(type, blocks);
        INetwork typed = pair._isMultipart ? new RetypingNetwork(network, Encoding.ASCII.GetBytes($"Content-Type: {Sent}\r\n"), Encoding.ASCII.GetBytes($"Content-Type: {Multipart}\r\n")) : network;
        var rewriting = new RewritingNetwork(typed, pair.Rewrite);
        ImageShareLimits limits = ImageShareLimits.Default with
        {
            MaxConcurrentShares = atATime + 1,
            MaxConcurrentSharesPerPeer = atATime + 1,
            MaxPendingInvitations = atATime + 1,
            MaxPendingInvitationsPerPeer = atATime + 1,
        };
        ImageShareOptions Options(string user) => new() { Identity = SipUri.Parse($"sip:{user}@ims.example"), Network = rewriting, Transport = SipTransportChoice.Udp, Limits = limits };
        pair.Bob = await ImageShareClient.StartAsync(Options("bob"));
        pair.Alice = await ImageShareClient.StartAsync(Options("alice"));
        return pair;
    }

    /// <summary>Shares the image, with a store of the caller's.</summary>
    public async Task<(ImageShareResult Sent, ImageShareResult Received)> ShareAsync(IImageStore store, TimeSpan patience)
    {
        int opened = 0;
        ImageSource image = ImageSource.FromStream(() => Sending = Open(_isMultipart, opened++ == 0 ? null : Middle), "cat.png", _isMultipart ? MediaType.Parse(Sent) : new MediaType("image", "png"));
        await using ImageShareSession outgoing = await Alice.ShareAsync(Bob.Address, image, new ShareSettings { QueryFirst = false });
        await using ImageShareSession incoming = await (await NextInvitationAsync()).AcceptAsync(store);
        return (await outgoing.Completion.WaitAsync(patience), await incoming.Completion.WaitAsync(patience));
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }

    private async Task<ImageShareInvitation> NextInvitationAsync()
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in Bob.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }

    private RepeatedOctets Open(bool isWrapped, Task? middle = null) => new(isWrapped ? Head : [], _block, _blocks, isWrapped ? Tail : []) { Middle = middle };

    private string Rewrite(string message)
    {
        bool isAnswer = message.Contains("\r\na=recvonly\r\n", StringComparison.Ordinal);
        if (isAnswer)
        {
            message = string.Join("\r\n", message.Split("\r\n").Select(line =>
                !line.StartsWith("a=accept-types:", StringComparison.Ordinal) ? line
                : _isMultipart ? "a=accept-types:*" : "a=accept-types:message/cpim\r\na=accept-wrapped-types:image/*"));
        }

        (string[] from, string[] to) = isAnswer ? (_offered, _around) : (_around, _offered);
        return _isMultipart ? message.Replace(from[0], to[0], StringComparison.Ordinal).Replace(from[1], to[1], StringComparison.OrdinalIgnoreCase) : message;
    }

    private static string HashOf(Stream octets) =>
        string.Join(':', SHA1.HashData(octets).Select(static b => b.ToString("X2", CultureInfo.InvariantCulture)));

    /// <summary>A store that keeps nothing: counts, and does with each piece what it is told to.</summary>
    public sealed class Store(Func<long, Task> onWrite) : IImageStore
    {
        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult<IImageSink>(new Sink(onWrite));
    }

    private sealed class Sink(Func<long, Task> onWrite) : IImageSink
    {
        private long _octets;

        public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            Assert.That(offset, Is.EqualTo(_octets));
            await onWrite(_octets);
            _octets += data.Length;
        }

        public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(new StoredImage { Name = "cat.png" });

        public ValueTask AbandonAsync() => default;

        public ValueTask DisposeAsync() => default;
    }
}
