using System.Globalization;
using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sip;

namespace ImageShare.Cli.Resuming;

/// <summary>
/// The hash and size of an image that is being fetched, as given by the peer, in a file that outlives this program. The bytes themselves are in the inbox,
/// named for that hash.
/// </summary>
internal sealed class FetchNote
{
    private readonly string _path;
    private int _isWritten;

    private FetchNote(string path, ImageSelector? known)
    {
        _path = path;
        Known = known;
    }

    /// <summary>The note of an earlier run, or null.</summary>
    public ImageSelector? Known { get; }

    public static FetchNote Open(string inbox, SipUri peer, ImageSelector wanted)
    {
        string hash = wanted.Hashes is [var first, ..] ? Convert.ToHexString(first.Value.AsSpan()) : string.Empty;
        string path = ResumeFolder.FileOf("fetch", inbox, peer.ToString(), wanted.Name ?? string.Empty, wanted.Type?.ToString() ?? string.Empty, $"{wanted.Size}", hash);
        return new FetchNote(path, Read(ResumeFolder.Read(path)));
    }

    /// <summary>Writes the note as soon as the image's hash and size are known.</summary>
    public void Follow(ImageShareSession session) => session.ProgressChanged += (_, _) =>
    {
        if (session.Image is { Hashes: [var hash, ..], Size: { } size } && Interlocked.Exchange(ref _isWritten, 1) == 0)
        {
            ResumeFolder.Write(_path, Convert.ToHexString(hash.Value.AsSpan()), size.ToString(CultureInfo.InvariantCulture));
        }
    };

    public void Delete() => File.Delete(_path);

    // Ignore files of other programs and incomplete files.
    private static ImageSelector? Read(string[] lines)
    {
        try
        {
            return lines is [var hash, var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                ? ImageSelector.FromHash(hash) with { Size = size }
                : null;
        }
        catch (ImageShareException)
        {
            return null;
        }
    }
}
