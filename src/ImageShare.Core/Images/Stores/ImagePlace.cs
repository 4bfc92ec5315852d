namespace ImageShare.Core.Images.Stores;

/// <summary>
/// The place of one image in its folder while it is received: the path of its temporary file, its claim on the disk, and what becomes of the
/// file at the end.
/// </summary>
/// <param name="store">The folder.</param>
/// <param name="image">The image.</param>
/// <param name="partialPath">The path of the temporary file.</param>
/// <param name="owner">The owner of the claim in <see cref="DirectoryImageStore.Room"/>.</param>
/// <param name="kept">How the file is kept if the transfer is interrupted, or null.</param>
internal sealed class ImagePlace(DirectoryImageStore store, IncomingImage image, string partialPath, object owner, KeptPartial? kept)
{
    private IncomingImage _image = image;
    private string _partialPath = partialPath;
    private KeptPartial? _kept = kept;

    /// <summary>Whether the file is kept if the transfer is interrupted.</summary>
    public bool IsKept => _kept is not null;

    public bool FlushesToDisk => store.Options.FlushToDisk;

    public void SuggestName(string suggestedName) => _image = _image with { SuggestedName = suggestedName };

    /// <exception cref="ImageShareException">The rest of the image does not fit.</exception>
    public void CheckRoom(long written) => store.Room.Recheck(owner, (_image.Size ?? 0) - written);

    /// <exception cref="ImageShareException">The first bytes are of a type that is not stored.</exception>
    public void CheckType(ReadOnlySpan<byte> start) => store.ThrowIfNotAllowed(ImageTypes.Recognize(start));

    /// <summary>Gives the file its final name; see <see cref="DirectoryImageStore.Publish"/>.</summary>
    public StoredImage Publish()
    {
        string path = store.Publish(_partialPath, SafeFileName.From(_image.SuggestedName, _image.Type));
        return new StoredImage { Name = Path.GetFileName(path), Path = path, OriginalName = _image.SuggestedName };
    }

    /// <summary>Removes what interrupted transfers of this image left.</summary>
    public void RemoveKept() => _kept?.Remove(store.Folder);

    /// <summary>The length of a file with holes does not say how much is valid: from now on it is an ordinary temporary file.</summary>
    public void StopKeeping()
    {
        if (_kept is not null)
        {
            string path = LeftOverFiles.NewPath(store.Folder);
            PartialFile.Rename(_partialPath, path);
            _partialPath = path;
            _kept = null;
        }
    }

    /// <summary>Gives the claim on the disk back.</summary>
    public void LeaveRoom()
    {
        store.Buffers.Return();
        store.Room.Leave(owner);
    }

    /// <summary>Leaves the file for a transfer that resumes. Called while the file is still open.</summary>
    public void Keep(long length)
    {
        LeaveRoom();
        _kept!.Leave(store.Folder, _partialPath, length);
    }

    /// <summary>Deletes the file. Called while the file is still open.</summary>
    public void Delete()
    {
        LeaveRoom();
        LeftOverFiles.TryDelete(_partialPath);
    }

    /// <summary>What an error of the file means to the transfer.</summary>
    public ImageShareException Translate(Exception error) => StoreErrors.Translate(error, store.Folder);
}
