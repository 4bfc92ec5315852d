using System.Globalization;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Resuming;

/// <summary>
/// The number of bytes of an image that a peer has acknowledged, in a file that outlives this program. It contains the hash and size of the image:
/// if the image has changed since, nothing is resumed.
/// </summary>
internal sealed class ResumeFile : IProgress<ImageShareProgress>
{
    // A receiver acknowledges bytes before they are written, this library as many as its four buffers hold: a killed receiver has that much less.
    private const long NotYetWritten = 512 * 1024;

    private readonly string _path;
    private readonly string _image;

    private ResumeFile(string path, string image, long acknowledged)
    {
        _path = path;
        _image = image;
        ResumeAt = Math.Max(0, acknowledged - NotYetWritten);
    }

    /// <summary>The number of bytes to skip.</summary>
    public long ResumeAt { get; }

    /// <summary>Reads the note of an earlier run about this image and peer.</summary>
    public static ResumeFile Open(string path, SipUri peer, ImageDescription image)
    {
        string file = ResumeFolder.FileOf(path, peer.ToString());
        string name = FormattableString.Invariant($"{image.Sha1} {image.Size}");
        string[] lines = ResumeFolder.Read(file);
        bool isSame = lines.Length == 2 && lines[0] == name;
        return new ResumeFile(file, name, isSame && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes < image.Size ? bytes : 0);
    }

    public void Report(ImageShareProgress value) => ResumeFolder.Write(_path, _image, value.Bytes.ToString(CultureInfo.InvariantCulture));

    public void Delete() => File.Delete(_path);
}
