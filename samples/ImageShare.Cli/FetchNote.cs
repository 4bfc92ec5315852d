using System.Globalization;
using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Sip;

namespace ImageShare.Cli;

/// <summary>
/// What a peer said of an image that is being fetched: its hash and its size, in a file that outlives this program. The octets themselves are in the inbox,
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

    /// <summary>What an earlier run noted; null when there was none.</summary>
    public ImageSelector? Known { get; }

    public static FetchNote Open(string inbox, SipUri peer, ImageSelector wanted)
    {
        string hash = wanted.Hashes is [var first, ..] ? Convert.ToHexString(first.Value.AsSpan()) : string.Empty;
        string path = ResumeFolder.FileOf("fetch", inbox, peer.ToString(), wanted.Name ?? string.Empty, wanted.Type?.ToString() ?? string.Empty, $"{wanted.Size}", hash);
        return new FetchNote(path, Read(ResumeFolder.Read(path)));
    }

    /// <summary>Notes what is known of the image as soon as it comes.</summary>
    public void Follow(ImageShareSession session) => session.ProgressChanged += (_, _) =>
    {
        if (session.Image is { Hashes: [var hash, ..], Size: { } size } && Interlocked.Exchange(ref _isWritten, 1) == 0)
        {
            ResumeFolder.Write(_path, Convert.ToHexString(hash.Value.AsSpan()), size.ToString(CultureInfo.InvariantCulture));
        }
    };

    public void Delete() => File.Delete(_path);

    // A file of another program, or half a file, is no note.
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
