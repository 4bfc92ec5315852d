using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on the pages under docs/howto.</summary>
internal static class HowToSnippets
{
    public static ImageShareOptions BehindProxy(string password)
    {
        // snippet: proxy
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            LocalEndPoint = new IPEndPoint(IPAddress.Any, 5060),
            Route = [SipUri.Parse("sip:proxy.ims.example;transport=tcp;lr")],
            Credentials = new SipCredentials("alice", password),
        };

        // end
        return options;
    }

    public static ImageShareOptions WithTls(string folder)
    {
        // snippet: tls
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:bob@ims.example"),
            SipTls = new TlsOptions
            {
                Certificate = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "bob.crt"), Path.Combine(folder, "bob.key")),
                TrustedRoots = [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "bob.crt"))],
            },
            Transport = SipTransportChoice.Tls,
            MsrpSecurity = MsrpSecurity.Required,
        };

        // end
        return options;
    }

    public static IImageStore Folder(string folder)
    {
        // snippet: folder
        IImageStore store = ImageStore.InDirectory(folder, new DirectoryStoreOptions
        {
            Quota = 2L * 1024 * 1024 * 1024,                       // of everything in the folder
            MinFreeSpace = 500 * 1024 * 1024,                      // that must remain on the disk
            AllowType = type => type is { Type: "image" },        // announced, and then detected in the first bytes
        });

        // end
        return store;
    }

    // snippet: own-store
    /// <summary>Stores images in the blobs of an application. Size and hash are checked before CompleteAsync is called.</summary>
    internal sealed class BlobStore(IDictionary<string, byte[]> blobs) : IImageStore
    {
        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) =>
            new(new Blob(blobs, SafeFileName.From(image.SuggestedName, image.Type)));

        private sealed class Blob(IDictionary<string, byte[]> blobs, string name) : IImageSink
        {
            private readonly MemoryStream _bytes = new();

            public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
            {
                _bytes.Position = offset;
                foreach (ReadOnlyMemory<byte> piece in data)
                {
                    _bytes.Write(piece.Span);
                }

                return ValueTask.CompletedTask;
            }

            public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default)
            {
                blobs.Add(name, _bytes.ToArray());
                return new(new StoredImage { Name = name });
            }

            public ValueTask AbandonAsync()
            {
                _bytes.SetLength(0);
                return ValueTask.CompletedTask;
            }

            public ValueTask DisposeAsync() => _bytes.DisposeAsync();
        }
    }

    // end
    public static async Task<ImageShareResult> ResumeAsync(ImageShareClient client, SipUri bob, ImageSource image)
    {
        // snippet: resume
        await using ImageShareSession first = await client.ShareAsync(bob, image);
        ImageShareResult result = await first.Completion;
        if (result is { IsCompleted: false, Error: ImageShareError.ConnectionLost, BytesTransferred: > 0 })
        {
            // The peer may have acknowledged a little more than it had written.
            long from = Math.Max(0, result.BytesTransferred - (64 * 1024));
            await using ImageShareSession rest = await client.ShareAsync(bob, image, new ShareSettings { ResumeAt = from });
            result = await rest.Completion;
        }

        // end
        return result;
    }

    public static ImageShareLimits Careful()
    {
        // snippet: limits
        var limits = new ImageShareLimits
        {
            MaxImageSize = 20 * 1024 * 1024,
            MaxConcurrentShares = 8,
            MaxConcurrentSharesPerPeer = 2,
            IdleTimeout = TimeSpan.FromSeconds(20),
            MinTransferRate = 1024,
        };

        // end
        return limits;
    }

    public static async Task TraceAsync(ImageShareOptions options, SipUri bob, ImageSource image, string file)
    {
        // snippet: trace
        await using (var trace = new PcapngTrace(File.Create(file)))
        await using (ImageShareClient client = await ImageShareClient.StartAsync(options with { Trace = trace.Write }))
        {
            await using ImageShareSession session = await client.ShareAsync(bob, image);
            await session.Completion;
        }

        // end
    }
}
