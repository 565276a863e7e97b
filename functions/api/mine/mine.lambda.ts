import { mineApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleDropBookmark, handleListBookmarks, handleRemoveBookmark, handleSetBookmark } from './bookmarks.ts';
import { handleDeleteDraft, handleGetDraft, handleListDrafts, handlePutDraft } from './drafts.ts';

export const handler = service(mineApi, {
  setBookmark: handleSetBookmark,
  removeBookmark: handleRemoveBookmark,
  dropBookmark: handleDropBookmark,
  listBookmarks: handleListBookmarks,
  putDraft: handlePutDraft,
  getDraft: handleGetDraft,
  deleteDraft: handleDeleteDraft,
  listDrafts: handleListDrafts,
});
