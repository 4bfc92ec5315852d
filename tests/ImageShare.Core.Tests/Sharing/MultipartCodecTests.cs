using System.Buffers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Sharing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing;

/// <summary>An application's own MIME library in place of the library's.</summary>
[TestFixture]
public sealed class MultipartCodecTests
{
    [Test]
    public async Task The_codec_of_the_options_writes_and_reads_the_bodies()
    {
        var writer = new NotingCodec();
        var reader = new NotingCodec();
        await using SharePair pair = await SharePair.StartAsync(
            alice: o => o with { MultipartCodec = writer }, bob: o => o with { MultipartCodec = reader });
        byte[] icon = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
        await using ImageShareSession session = await pair.Alice.ShareAsync(
            pair.Bob.Address, SharePair.Image(new byte[5000]), new ShareSettings { Icon = new ImageIcon(new MediaType("image", "png"), icon) });
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Completed));
        Assert.Multiple(() =>
        {
            Assert.That(writer.Calls, Is.EqualTo(new[] { "write 2" }));
            Assert.That(reader.Calls, Is.EqualTo(new[] { "read 2" }));
            Assert.That(invitation.Icon!.Content.ToArray(), Is.EqualTo(icon));
        });
    }

    private sealed class NotingCodec : IMultipartCodec
    {
        public List<string> Calls { get; } = [];

        public MultipartReadResult Read(MediaType contentType, ReadOnlyMemory<byte> body, MultipartLimits limits)
        {
            MultipartReadResult result = MultipartCodec.Default.Read(contentType, body, limits);
            Calls.Add($"read {result.Body?.Parts.Length}");
            return result;
        }

        public void Write(MultipartBody body, IBufferWriter<byte> output)
        {
            Calls.Add($"write {body.Parts.Length}");
            MultipartCodec.Default.Write(body, output);
        }
    }
}
