using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core.Tests.Interop.Providers;

/// <summary>Alice and Bob, each registered at one provider. They know each other by their identities only.</summary>
internal sealed class RegisteredPair : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly List<ImageShareTraceEvent> _passed;

    private RegisteredPair(Provider provider, ImageShareClient alice, ImageShareClient bob, DirectoryInfo folder, List<ImageShareTraceEvent> passed)
    {
        Provider = provider;
        Alice = alice;
        Bob = bob;
        _folder = folder;
        _passed = passed;
    }

    public Provider Provider { get; }

    public ImageShareClient Alice { get; }

    public ImageShareClient Bob { get; }

    /// <summary>What either side sent or received so far.</summary>
    public ImageShareTraceEvent[] Passed
    {
        get
        {
            lock (_passed)
            {
                return [.. _passed];
            }
        }
    }

    public IImageStore Store => ImageStore.InDirectory(Path.Combine(_folder.FullName, "inbox"));

    /// <summary>Starts the provider and both clients, and registers them.</summary>
    /// <param name="settings">Which provider.</param>
    /// <param name="alice">The transport of the one.</param>
    /// <param name="bob">The transport of the other.</param>
    /// <param name="registration">How both register.</param>
    /// <param name="with">Other options of both.</param>
    /// <param name="before">What is done before they register.</param>
    public static async Task<RegisteredPair> StartAsync(
        ProviderSettings settings,
        string alice = "udp",
        string bob = "udp",
        SipRegistrationOptions? registration = null,
        Func<ImageShareOptions, ImageShareOptions>? with = null,
        Func<Provider, Task>? before = null)
    {
        settings = settings with { ListensForTls = settings.ListensForTls || alice == "tls" || bob == "tls" };
        Provider provider = await Provider.StartAsync(settings);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageshare-registered-");
        var passed = new List<ImageShareTraceEvent>();
        var clients = new List<ImageShareClient>();
        try
        {
            await (before?.Invoke(provider) ?? Task.CompletedTask);
            foreach ((string user, string transport) in ((string, string)[])[("alice", alice), ("bob", bob)])
            {
                string served = folder.CreateSubdirectory(user).FullName;
                await File.WriteAllBytesAsync(Path.Combine(served, $"{user}.png"), TestImage.Png(30_000, seed: user.Length));
                ImageShareOptions options = provider.For(
                    new ImageShareOptions
                    {
                        Identity = Provider.AddressOf(user),
                        Network = SystemNetwork.Instance,
                        Catalogue = ImageCatalogue.FromDirectory(served),
                        Trace = message =>
                        {
                            lock (passed)
                            {
                                passed.Add(message with { Bytes = message.Bytes.ToArray() });
                            }
                        },
                    },
                    transport);
                clients.Add(await ImageShareClient.StartAsync(with?.Invoke(options) ?? options));
                await clients[^1].RegisterAsync(registration ?? new SipRegistrationOptions()).WaitAsync(ChildProcess.Patience);
            }

            return new RegisteredPair(provider, clients[0], clients[1], folder, passed);
        }
        catch (Exception e)
        {
            foreach (ImageShareClient client in clients)
            {
                await client.DisposeAsync();
            }

            await provider.DisposeAsync();
            folder.Delete(recursive: true);
            throw new InvalidOperationException($"{e.Message}\n{provider.Log}", e);
        }
    }

    /// <summary>One calls the other by its identity and sends it an image, which must arrive whole.</summary>
    public async Task ShareAsync(ImageShareClient from, int size = 40_000)
    {
        (ImageShareClient to, string user) = from == Alice ? (Bob, "bob") : (Alice, "alice");
        byte[] image = TestImage.Png(size);
        await using ImageShareSession outgoing = await from.ShareAsync(Provider.AddressOf(user), SharePair.Image(image), new ShareSettings { QueryFirst = false });
        Task<ImageShareInvitation> invited = NextInvitationAsync(to);
        Assert.That(await Task.WhenAny(invited, outgoing.Completion).WaitAsync(ChildProcess.Patience), Is.SameAs(invited), () => $"{outgoing.Completion.Result.Message}\n{Ladder}\n{Provider.Log}");
        await using ImageShareSession incoming = await (await invited).AcceptAsync(Store);
        ImageShareResult received = await incoming.Completion.WaitAsync(ChildProcess.Patience);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), () => $"{sent.Message} {received.Message}\n{Ladder}\n{Provider.Log}");
        Assert.That((await File.ReadAllBytesAsync(received.Stored!.Path!)).AsSpan().SequenceEqual(image), Is.True);
    }

    /// <summary>One fetches the other's image.</summary>
    public async Task FetchAsync(ImageShareClient by)
    {
        string user = by == Alice ? "bob" : "alice";
        await using ImageShareSession session = await by.FetchAsync(
            Provider.AddressOf(user), new ImageSelector { Name = $"{user}.png" }, Store, new FetchSettings { QueryFirst = false });
        ImageShareResult result = await session.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That(result.IsCompleted, Is.True, () => $"{result.Message}\n{Ladder}\n{Provider.Log}");
    }

    /// <summary>What passed, one line for each SIP message.</summary>
    public string Ladder => string.Join('\n', Passed.Where(m => m.Protocol.StartsWith("SIP", StringComparison.Ordinal))
        .Select(m => $"{(m.IsOutgoing ? "->" : "<-")} {m.Protocol} {m.Remote} {m.StartLine}"));

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
        await Provider.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<ImageShareInvitation> NextInvitationAsync(ImageShareClient client)
    {
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        await foreach (ImageShareInvitation invitation in client.Invitations.WithCancellation(patience.Token))
        {
            return invitation;
        }

        throw new InvalidOperationException("The client was closed.");
    }
}
