using System.Globalization;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli;

/// <summary>
/// What a peer has acknowledged of an image, in a file that outlives this program however it ends. It names the hash and the size of the image:
/// of an image that has changed since, nothing is resumed.
/// </summary>
internal sealed class ResumeFile : IProgress<ImageShareProgress>
{
    // A receiver acknowledges octets before they are written, of this library as many as its four buffers hold: one that was killed has that much less.
    private const long NotYetWritten = 512 * 1024;

    private readonly string _path;
    private readonly string _image;

    private ResumeFile(string path, string image, long acknowledged)
    {
        _path = path;
        _image = image;
        ResumeAt = Math.Max(0, acknowledged - NotYetWritten);
    }

    /// <summary>The octets to leave out.</summary>
    public long ResumeAt { get; }

    /// <summary>Reads what an earlier run noted of this image and this peer.</summary>
    public static ResumeFile Open(string path, SipUri peer, ImageDescription image)
    {
        string file = ResumeFolder.FileOf(path, peer.ToString());
        string name = FormattableString.Invariant($"{image.Sha1} {image.Size}");
        string[] lines = ResumeFolder.Read(file);
        bool isSame = lines.Length == 2 && lines[0] == name;
        return new ResumeFile(file, name, isSame && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long octets) && octets < image.Size ? octets : 0);
    }

    public void Report(ImageShareProgress value) => ResumeFolder.Write(_path, _image, value.Bytes.ToString(CultureInfo.InvariantCulture));

    public void Delete() => File.Delete(_path);
}
